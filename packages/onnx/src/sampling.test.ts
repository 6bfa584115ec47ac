import fc from "fast-check";
import { expect, test } from "vitest";
import { resumedRandom, seededRandom, shuffled } from "./random.ts";
import { filterLogits, sampleToken, softmax, type SamplingOptions } from "./sampling.ts";

const logits = Float32Array.of(3, 2, 1, 0, -1, 2);
const none = -Infinity;

// transformers 5.23.0: its logits processors in generate()'s order over the same logits.
const golden: [number[], SamplingOptions, number[]][] = [
  [[0, 4], { temperature: 0.7, repetitionPenalty: 1.3 }, [3.296703, 2.857143, 1.428571, 0, -1.857143, 2.857143]],
  [[1], { temperature: 1, topK: 2 }, [3, 2, none, none, none, 2]],
  [[1], { temperature: 1, topK: 1 }, [3, none, none, none, none, none]],
  [[1], { temperature: 1, topP: 0.5 }, [3, none, none, none, none, none]],
  [[1], { temperature: 1, topP: 0.9 }, [3, 2, 1, none, none, 2]],
  [[1], { temperature: 0.5, topP: 0.95, minP: 0.2 }, [6, none, none, none, none, none]],
  [[1], { temperature: 1.5, minP: 0.3 }, [2, 1.333333, none, none, none, 1.333333]],
  [
    [0],
    { temperature: 0.8, repetitionPenalty: 2, topK: 4, topP: 0.8, minP: 0.05 },
    [1.875, 2.5, none, none, none, 2.5],
  ],
];

test.each(golden)("seen %o with %o", (seen, options, expected) => {
  const filtered = filterLogits(logits, options, seen);
  expected.forEach((logit, id) => {
    if (logit === none) expect(filtered[id]).toBe(none);
    else expect(filtered[id]).toBeCloseTo(logit, 5);
  });
});

test("top-p keeps the token that crosses p and never nothing", () => {
  const falling = Float32Array.of(3, 2, 1, 0, -1);
  const kept = (topP: number) =>
    [...filterLogits(falling, { temperature: 1, topP }, [])].flatMap((logit, id) => (logit === none ? [] : [id]));
  expect(kept(0.5)).toEqual([0]);
  expect(kept(0.9)).toEqual([0, 1, 2]);
  expect(kept(0)).toEqual([0]);
});

test("greedy takes the highest after the penalty", () => {
  const random = seededRandom(0);
  expect(sampleToken(logits, { temperature: 0 }, [], random)).toBe(0);
  expect(sampleToken(logits, { temperature: 0, repetitionPenalty: 2 }, [0], random)).toBe(1);
});

function draw(seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: 20_000 }, () => sampleToken(logits, { temperature: 1 }, [], random));
}

test("sampling follows the probabilities and a seed repeats it", () => {
  const drawn = draw(7);
  expect(draw(7)).toEqual(drawn);
  // softmax of the logits; three standard errors at 20,000 draws are at most 0.011
  [0.5157, 0.1897, 0.0698, 0.0257, 0.0094, 0.1897].forEach((probability, id) => {
    expect(Math.abs(drawn.filter((token) => token === id).length / drawn.length - probability)).toBeLessThan(0.015);
  });
});

test("a generator goes on from its saved state", () => {
  const random = seededRandom(3, 1);
  random.uniform();
  const state = random.state();
  const next = [random.uniform(), random.normal(), random.below(10)];
  const resumed = resumedRandom(state);
  expect([resumed.uniform(), resumed.normal(), resumed.below(10)]).toEqual(next);
});

test("streams of one seed differ, a shuffle is a permutation", () => {
  const order = shuffled(100, seededRandom(1));
  expect([...order].sort((a, b) => a - b)).toEqual([...order.keys()]);
  expect(shuffled(100, seededRandom(1, 1))).not.toEqual(order);
});

const anyLogits = fc
  .array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 2, maxLength: 40 })
  .map((values) => Float32Array.from(values));
const anyOptions = fc.record({
  temperature: fc.double({ min: 0.1, max: 3, noNaN: true }),
  topK: fc.nat(45),
  topP: fc.double({ min: 0, max: 1, noNaN: true }),
  minP: fc.double({ min: 0, max: 1, noNaN: true }),
});

test("whatever is filtered, a highest token stays, and one of those that stay is drawn", () => {
  fc.assert(
    fc.property(anyLogits, anyOptions, fc.nat(), (values, options, seed) => {
      const filtered = filterLogits(values, options, []);
      const top = Math.max(...values);
      expect(values.some((logit, id) => logit === top && filtered[id] !== none)).toBe(true);
      expect(filtered[sampleToken(values, options, [], seededRandom(seed))]).not.toBe(none);
    }),
  );
});

test("filters only ever remove: a token that stays keeps its scaled logit, and a likelier one stays too", () => {
  fc.assert(
    fc.property(anyLogits, anyOptions, (values, options) => {
      const filtered = filterLogits(values, options, []);
      const least = Math.min(...filtered.filter((logit) => logit !== none));
      filtered.forEach((logit, id) => {
        const scaled = Math.fround(values[id]! / options.temperature);
        if (logit === none) expect(scaled).toBeLessThanOrEqual(least);
        else expect(logit).toBe(scaled);
      });
    }),
  );
});

test("the mass that top-p keeps reaches p, and does not without its last token", () => {
  fc.assert(
    fc.property(anyLogits, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (values, topP) => {
      const probabilities = softmax(values);
      const filtered = filterLogits(values, { temperature: 1, topP }, []);
      const kept = [...probabilities].filter((_, id) => filtered[id] !== none).sort((a, b) => b - a);
      const mass = kept.reduce((sum, probability) => sum + probability, 0);
      expect(mass).toBeGreaterThanOrEqual(topP - 1e-9);
      expect(mass - kept.at(-1)!).toBeLessThan(topP + 1e-9);
    }),
  );
});
