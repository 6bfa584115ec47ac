import { seededRandom } from "@heddle/onnx/random";
import fc from "fast-check";
import { expect, test } from "vitest";
import { rowsIn, rowsValue, runNode } from "../../../test/conformance/harness.ts";
import { bandKey, Buckets, caught, chooseBands, MinHash } from "./minhash.ts";
import { distinct, jaccard, Shingler } from "./shingles.ts";

/** Jaccard similarity of the sets of word n-grams, by strings. */
function overlap(a: string, b: string, n: number): number {
  const grams = (text: string) => {
    const words = text.toLowerCase().match(/[\p{L}\p{N}\p{M}_]+/gu) ?? [];
    return new Set(
      words.length <= n ? [words.join(" ")] : words.slice(n - 1).map((_, i) => words.slice(i, i + n).join(" ")),
    );
  };
  const [left, right] = [grams(a), grams(b)];
  return left.intersection(right).size / left.union(right).size;
}

function similarityByHashes(a: string, b: string, n: number): number {
  const shingler = new Shingler(n, "words");
  const [left, right] = [a, b].map((text) => shingler.shingles(text).slice()) as [Int32Array, Int32Array];
  return jaccard(left.subarray(0, distinct(left)), right.subarray(0, distinct(right)));
}

const word = fc.constantFrom("The", "cat", "CAT", "zwölf", "sat", "on", "été", "x1", "a_b");
const text = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(", "));

test("the similarity of hashed n-grams is that of the n-grams", () => {
  fc.assert(
    fc.property(text, text, fc.integer({ min: 1, max: 6 }), (a, b, n) => {
      expect(similarityByHashes(a, b, n)).toBeCloseTo(overlap(a, b, n), 12);
    }),
  );
});

test("characters: white space of any length is one; Chinese signs are words of their own", () => {
  const characters = new Shingler(3, "characters");
  expect(characters.shingles("a  b\n\nc").slice()).toEqual(characters.shingles("A b c").slice());
  expect(new Shingler(1, "words").shingles("你好 world")).toHaveLength(3);
  expect(new Shingler(5, "words").shingles(" .,! ")).toHaveLength(0);
});

test("equal places of two signatures are as frequent as the sets are similar", () => {
  const random = seededRandom(5);
  const minhash = new MinHash(1024, 1);
  for (const shared of [100, 300, 380]) {
    const common = Int32Array.from({ length: shared }, () => random.bits() | 0);
    const withOwn = () =>
      Int32Array.from([...common, ...Array.from({ length: 400 - shared }, () => random.bits() | 0)]);
    const [a, b] = [minhash.sign(withOwn()).slice(), minhash.sign(withOwn()).slice()];
    const equal = a.filter((value, i) => value === b[i]).length / a.length;
    const similarity = shared / (800 - shared);
    // Three standard deviations of a binomial of 1024.
    expect(Math.abs(equal - similarity)).toBeLessThan(3 * Math.sqrt((similarity * (1 - similarity)) / 1024));
  }
});

test("probabilities of FineWeb's 14 bands of 8 are those of the reference", () => {
  expect([0.7, 0.75, 0.8, 0.85].map((s) => Number(caught(s, 14, 8).toFixed(3)))).toEqual([0.565, 0.772, 0.924, 0.988]);
  expect(chooseBands(128, 0.8)).toEqual({ bands: 21, rows: 6 });
  expect(chooseBands(1, 0.5)).toEqual({ bands: 1, rows: 1 });
});

test("buckets give back every document under its key, newest first, through growth", () => {
  const buckets = new Buckets();
  const keys = Array.from({ length: 5000 }, (_, i) => bandKey(Int32Array.of(i % 1700), 0, 1));
  keys.forEach((key, i) => buckets.add(key, i));
  const chain = (key: number) => {
    const found: number[] = [];
    for (let at = buckets.head(key); at >= 0; at = buckets.next(at)) found.push(at);
    return found;
  };
  expect(chain(keys[5]!)).toEqual([3405, 1705, 5]);
  expect(buckets.head(bandKey(Int32Array.of(9999), 0, 1))).toBe(-1);
});

/** Texts of made-up words, some of them copies of an earlier one with words replaced. */
function corpus(count: number): { texts: string[]; copyOf: (number | undefined)[] } {
  const random = seededRandom(11);
  const randomWord = () => `w${random.below(5000)}`;
  const texts: string[] = [];
  const copyOf = Array.from({ length: count }, (_, i) =>
    i > 100 && random.uniform() < 0.3 ? random.below(100) : undefined,
  );
  for (const original of copyOf) {
    const words = original === undefined ? Array.from({ length: 120 }, randomWord) : texts[original]!.split(" ");
    const changes = original === undefined ? 0 : random.below(8);
    for (let k = 0; k < changes; k++) words[random.below(words.length)] = randomWord();
    texts.push(words.join(" "));
  }
  return { texts, copyOf };
}

test("recall ≥ .97 of pairs from the threshold on, and every reported pair is one", async () => {
  const { texts, copyOf } = corpus(1200);
  const rows = rowsValue(
    { columns: { id: { kind: "int" }, text: { kind: "string" } }, open: false },
    texts.map((each, id) => ({ id, text: each })),
  );
  const { outputs } = await runNode("dedup", { params: {}, inputs: { rows } }, ".");
  const found = new Map(rowsIn(outputs["duplicates"]).map((row) => [Number(row["id"]), row]));
  const near = copyOf.flatMap((of, i) => (of !== undefined && overlap(texts[i]!, texts[of]!, 5) >= 0.8 ? [i] : []));
  expect(near.length).toBeGreaterThan(100);
  expect(near.filter((i) => found.has(i)).length / near.length).toBeGreaterThanOrEqual(0.97);
  for (const [id, { matches, similarity, duplicate_of }] of found) {
    const exact = overlap(texts[id]!, texts[Number(matches)]!, 5);
    expect(exact).toBeGreaterThanOrEqual(0.8);
    expect(similarity).toBeCloseTo(exact, 9);
    expect(Number(duplicate_of)).toBeLessThan(id);
  }
  expect(rowsIn(outputs["rows"]).length + found.size).toBe(texts.length);
});

test("rows without text stay; many copies are one cluster and are not compared with each other", async () => {
  const rows = rowsValue(
    { columns: { text: { kind: "string" } }, open: false },
    Array.from({ length: 3000 }, (_, i) => ({
      text: i < 2 ? null : `one two three four five six seven eight ${"x".repeat(i % 2)}`,
    })),
  );
  const { outputs } = await runNode("dedup", { params: { threshold: 0.5, ngram: 2 }, inputs: { rows } }, ".");
  expect(outputs["report"]?.report?.values).toMatchObject({ kept: 3, duplicates: 2997, clusters: 1, verified: 1 });
});
