import fc from "fast-check";
import { expect, test } from "vitest";
import { excerptOf, marksOf, piecesOf, termsOf } from "./spans.ts";

const marked = (text: string, terms: readonly string[]) =>
  marksOf(text, terms).map(({ start, end }) => text.slice(start, end));

test("a query's words without those that say nothing; of Chinese, pairs of characters", () => {
  expect(termsOf("What is the heat transfer of a wing?")).toEqual(["heat", "transfer", "wing"]);
  expect(termsOf("织机是什么")).toEqual(["织机", "机是", "是什", "什么"]);
});

test("words are marked whole, by themselves or by their stem, in any case", () => {
  expect(marked("Heating and heat-transfer; the theatre", ["heat", "transfer"])).toEqual([
    "Heating",
    "heat",
    "transfer",
  ]);
  expect(marked("a wing, wings, winged", ["wings"])).toEqual(["wing", "wings"]);
  expect(marked("an ant in an antenna", ["ant"])).toEqual(["ant"]);
  expect(marked("用织机织布", ["织机"])).toEqual(["织机"]);
});

test("offsets hold where letters take two code units or change their length in lower case", () => {
  expect(marked("𝒳 İstanbul heat", ["heat"])).toEqual(["heat"]);
});

test("an excerpt is the part with most marks and keeps to the text", () => {
  const text = `${"filler words here ".repeat(30)}the boundary layer and its heat ${"more filler ".repeat(30)}`;
  const marks = marksOf(text, ["boundary", "layer", "heat"]);
  const part = excerptOf(text, marks, 80);
  expect(text.slice(part.start, part.end)).toContain("boundary layer and its heat");
  fc.assert(
    fc.property(
      fc.string({ maxLength: 200 }),
      fc.array(fc.string({ minLength: 1, maxLength: 3 })),
      fc.integer({ min: 1, max: 80 }),
      (any, terms, length) => {
        const { start, end } = excerptOf(any, marksOf(any, terms), length);
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(any.length);
        expect(end - start).toBeLessThanOrEqual(Math.max(length, any.length <= length ? any.length : 0));
      },
    ),
  );
});

test("pieces cover the text once, in order, and name exactly the spans over them", () => {
  const span = fc.tuple(fc.integer({ min: -5, max: 60 }), fc.integer({ min: 0, max: 30 }));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.array(span, { maxLength: 8 }), (length, drawn) => {
      const spans = drawn.map(([start, size]) => ({ start, end: start + size }));
      const pieces = piecesOf(length, spans);
      expect(pieces.map(({ start }) => start)).toEqual([0, ...pieces.slice(0, -1).map(({ end }) => end)]);
      expect(pieces.at(-1)?.end).toBe(length);
      for (const { start, end, over } of pieces) {
        expect(end).toBeGreaterThan(start);
        expect(over).toEqual(spans.flatMap((one, index) => (one.start <= start && one.end >= end ? [index] : [])));
      }
    }),
  );
});
