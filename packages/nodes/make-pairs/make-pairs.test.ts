import fc from "fast-check";
import { expect, it } from "vitest";
import { pairsAmong, type Answer } from "./pairs.ts";

const answers: fc.Arbitrary<Answer[]> = fc.array(
  fc.record({ text: fc.constantFrom("a", "b", "c", "d", "e"), score: fc.integer({ min: 1, max: 5 }) }),
);
const kinds = fc.constantFrom("best-worst" as const, "best-rest" as const, "first-rest" as const, "all" as const);

it("chosen is better by the margin at least, and is another text", () => {
  fc.assert(
    fc.property(answers, kinds, fc.integer({ min: 0, max: 4 }), (given, pairs, margin) => {
      for (const [chosen, rejected] of pairsAmong(given, { pairs, margin })) {
        expect(chosen.score! - rejected.score!).toBeGreaterThanOrEqual(Math.max(margin, 1));
        expect(chosen.text).not.toBe(rejected.text);
      }
    }),
  );
});

it("all pairs hold every other kind's pairs, and best-worst has one at most", () => {
  fc.assert(
    fc.property(answers, kinds, (given, pairs) => {
      const all = pairsAmong(given, { pairs: "all", margin: 0 });
      for (const pair of pairsAmong(given, { pairs, margin: 0 })) expect(all).toContainEqual(pair);
      expect(pairsAmong(given, { pairs: "best-worst", margin: 0 }).length).toBeLessThanOrEqual(1);
    }),
  );
});
