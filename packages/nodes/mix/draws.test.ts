import fc from "fast-check";
import { expect, test } from "vitest";
import { draws, weightsOf } from "./draws.ts";

const sizes = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 4 });

test("until the first has run out, no row comes twice; until all have, every row comes", () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 99 }), (given, seed) => {
      const weights = given.map(() => 1);
      const counts = (stop: "first" | "all") => {
        const drawn = [...draws({ sizes: given, weights, stop, count: 0, seed })];
        return given.map((_, i) => drawn.filter((one) => one === i).length);
      };
      counts("first").forEach((count, i) => expect(count).toBeLessThanOrEqual(given[i]!));
      counts("all").forEach((count, i) => expect(count).toBeGreaterThanOrEqual(given[i]!));
      if (given.some((size) => size > 0))
        expect(counts("first").some((count, i) => count === given[i] && count > 0)).toBe(true);
    }),
  );
});

test("shares follow the weights", () => {
  const drawn = [...draws({ sizes: [5, 5, 5], weights: [6, 3, 1], stop: "all", count: 20_000, seed: 7 })];
  const share = (input: number) => drawn.filter((one) => one === input).length / drawn.length;
  expect(share(0)).toBeCloseTo(0.6, 1);
  expect(share(1)).toBeCloseTo(0.3, 1);
});

test("temperature 1 is by size, a large one even", () => {
  expect(weightsOf([100, 10_000], 1)).toEqual([100, 10_000]);
  expect(weightsOf([100, 10_000], 2)).toEqual([10, 100]);
  const [small, large] = weightsOf([100, 10_000], 1e6);
  expect(large! / small!).toBeCloseTo(1, 3);
});
