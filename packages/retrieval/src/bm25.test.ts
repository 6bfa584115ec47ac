import fc from "fast-check";
import { expect, test } from "vitest";
import { Bm25, PostingsBuilder } from "./bm25.ts";
import { lookupIn } from "./index-files.ts";

const word = fc.constantFrom("flow", "wing", "heat", "the", "shock", "layer", "zeta");
const documents = fc.array(fc.array(word, { maxLength: 12 }), { minLength: 1, maxLength: 20 });
const options = fc.record({
  k1: fc.double({ min: 0.1, max: 3, noNaN: true }),
  b: fc.double({ min: 0, max: 1, noNaN: true }),
});

/** The formula as Lucene documents it, by plain counting. */
function scoreOf(query: readonly string[], all: readonly string[][], at: number, k1: number, b: number): number {
  const average = all.reduce((sum, terms) => sum + terms.length, 0) / all.length || 1;
  return query.reduce((sum, term) => {
    const frequency = all[at]!.filter((one) => one === term).length;
    const having = all.filter((terms) => terms.includes(term)).length;
    const idf = Math.log(1 + (all.length - having + 0.5) / (having + 0.5));
    return sum + (idf * frequency) / (frequency + k1 * (1 - b + (b * all[at]!.length) / average));
  }, 0);
}

function indexOf(all: readonly string[][], k1: number, b: number): Bm25 {
  const builder = new PostingsBuilder();
  for (const terms of all) builder.add(terms);
  const { terms, ...postings } = builder.finish();
  expect(terms).toEqual([...terms].sort());
  return new Bm25({ ...postings, lookup: lookupIn(terms) }, { k1, b });
}

test("finds the documents with a term of the query, scored by the formula, best first", () => {
  fc.assert(
    fc.property(documents, fc.array(word, { maxLength: 5 }), options, (all, query, { k1, b }) => {
      const { documents: found, scores } = indexOf(all, k1, b).search([...query, "unheard"], all.length);
      const wanted = all.map((_, at) => scoreOf(query, all, at, k1, b));
      expect(new Set(found)).toEqual(new Set(wanted.flatMap((score, at) => (score > 0 ? [at] : []))));
      scores.forEach((score, i) => {
        expect(score).toBeCloseTo(wanted[found[i]!]!, 4);
        if (i > 0) expect(score).toBeLessThanOrEqual(scores[i - 1]!);
        if (i > 0 && score === scores[i - 1]) expect(found[i]).toBeGreaterThan(found[i - 1]!);
      });
    }),
  );
});

test("a mask and k leave the best of what may be found", () => {
  fc.assert(
    fc.property(
      documents,
      fc.array(word, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 5 }),
      (all, query, k) => {
        const index = indexOf(all, 1.2, 0.75);
        const mask = Uint8Array.from(all, (_, i) => i % 2);
        const every = index.search(query, all.length);
        const wanted = Array.from(every.documents).filter((document) => mask[document] === 1);
        expect(Array.from(index.search(query, k, mask).documents)).toEqual(wanted.slice(0, k));
      },
    ),
  );
});

test("frequencies beyond what a posting holds are held at its most", () => {
  const index = indexOf([Array.from({ length: 70_000 }, () => "flow"), ["flow", "wing"]], 1.2, 0.75);
  expect(index.search(["flow"], 2).documents).toHaveLength(2);
});
