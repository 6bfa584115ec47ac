import { expect, test } from "vitest";
import { readPieces } from "./pieces.ts";

test("byte-level pieces are shown as the text they stand for", () => {
  const json = {
    model: { vocab: { Ġthe: 0, Ċ: 1, "Ã©": 2, Ã: 3, "<x>": 4 } },
    added_tokens: [{ id: 5, content: "<|end|>" }],
    decoder: { type: "ByteLevel" },
  };
  expect(readPieces(json)).toEqual([" the", "\n", "é", "�", "<x>", "<|end|>"]);
});

test("a vocabulary in a list has ids by place, and its underscores are spaces", () => {
  const json = {
    model: {
      vocab: [
        ["<unk>", 0],
        ["▁the", -1.5],
      ],
    },
    decoder: { type: "Metaspace" },
  };
  expect(readPieces(json)).toEqual(["<unk>", " the"]);
});
