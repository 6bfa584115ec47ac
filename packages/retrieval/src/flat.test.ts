import fc from "fast-check";
import { expect, test } from "vitest";
import { normalized, searchFlat, type Metric } from "./flat.ts";

const size = 7;
const vector = fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: size, maxLength: size });
const rowsOfVectors = fc.array(vector, { minLength: 1, maxLength: 40 });

function pack(rows: readonly number[][]) {
  return { size, data: Float32Array.from(rows.flat()) };
}

const measures: Readonly<Record<Metric, (a: readonly number[], b: readonly number[]) => number>> = {
  cosine: (a, b) => measures.dot(a, b) / (Math.hypot(...a) * Math.hypot(...b) || 1),
  dot: (a, b) => a.reduce((sum, x, i) => sum + x * b[i]!, 0),
  l2: (a, b) => -a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0),
};

test.each(["cosine", "dot", "l2"] as const)("%s: the best k of all, as comparing one by one finds them", (metric) => {
  fc.assert(
    fc.property(
      rowsOfVectors,
      fc.array(vector, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 6 }),
      (rows, queries, k) => {
        const [vectors, asked] = [pack(rows), pack(queries)];
        const unit = metric === "cosine";
        const mask = Uint8Array.from(rows, (_, i) => (i % 3 === 0 ? 0 : 1));
        for (const allowed of [undefined, mask]) {
          const found = searchFlat(
            unit ? normalized(vectors) : vectors,
            unit ? normalized(asked) : asked,
            metric,
            k,
            allowed,
          );
          queries.forEach((query, q) => {
            const scores = rows.map((row, i) => ({ i, score: measures[metric](row, query) }));
            const wanted = scores
              .filter(({ i }) => !allowed || allowed[i] === 1)
              .sort((a, b) => b.score - a.score)
              .slice(0, k);
            expect(found[q]!.documents).toHaveLength(wanted.length);
            found[q]!.scores.forEach((score, i) => expect(score).toBeCloseTo(wanted[i]!.score, 4));
          });
        }
      },
    ),
  );
});
