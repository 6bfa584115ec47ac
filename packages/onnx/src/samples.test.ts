import { expect, test } from "vitest";
import { choosePrompts, sampleItems, type TextCodec } from "./samples.ts";
import { scoredRuns } from "./training-data.ts";

const ids = (count: number, from = 0) => Int32Array.from({ length: count }, (_, at) => from + at);

test("scored runs follow the mask, stop at documents, and never hold a document's first token", () => {
  const runs = [
    ...scoredRuns({ ids: ids(9), mask: [1, 1, 0, 1, 1, 1, 1, 0, 1], segments: [1, 1, 1, 1, 1, 2, 2, 2, 2] }),
  ];
  expect(runs).toEqual([
    { document: 0, start: 1, end: 2 },
    { document: 0, start: 3, end: 5 },
    { document: 5, start: 6, end: 7 },
    { document: 5, start: 8, end: 9 },
  ]);
  expect([...scoredRuns({ ids: ids(1) })]).toEqual([]);
});

test("a prompt is what stands before the first scored run", () => {
  const chat = { ids: ids(8), mask: [0, 0, 0, 1, 1, 0, 0, 1] };
  expect(choosePrompts([chat], 3, 100)).toEqual([{ ids: [0, 1, 2], expected: [3, 4] }]);
});

test("a row that is scored from its start is cut after its opening, a short one before its last token", () => {
  expect(choosePrompts([{ ids: ids(40) }], 1, 100)[0]!.ids).toHaveLength(13);
  expect(choosePrompts([{ ids: ids(4) }], 1, 100)).toEqual([{ ids: [0, 1, 2], expected: [3] }]);
});

test("of packed rows the first document is taken; prompts that fill the context and rows without targets are passed over", () => {
  const packed = { ids: ids(6), segments: [1, 1, 1, 2, 2, 2] };
  const silent = { ids: ids(3), mask: [0, 0, 0] };
  const long = { ids: ids(30), mask: Array.from(ids(30), (at) => Number(at > 20)) };
  expect(choosePrompts([silent, long, packed, packed], 1, 20)).toEqual([{ ids: [0, 1], expected: [2] }]);
  expect(choosePrompts([packed], 0, 20)).toEqual([]);
});

/** Letters for ids, so that texts can be read off. */
const letters: TextCodec = {
  vocabularySize: 26,
  isSpecial: () => false,
  decode: (tokens) => Array.from(tokens, (id) => String.fromCharCode(97 + id)).join(""),
  streamDecoder: () => ({ push: (id) => String.fromCharCode(97 + id), end: () => "" }),
};

test("answers stand side by side with the row's own continuation", () => {
  const items = sampleItems(
    letters,
    [{ ids: [0, 1], expected: [2, 3] }],
    [
      { by: "base", answers: ["x"] },
      { by: "tuned", answers: ["y"] },
    ],
  );
  expect(items).toEqual([
    {
      prompt: "ab",
      answers: [
        { by: "base", text: "x" },
        { by: "tuned", text: "y" },
        { by: "the row itself", text: "cd" },
      ],
    },
  ]);
});
