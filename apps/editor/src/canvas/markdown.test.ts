import fc from "fast-check";
import { expect, test } from "vitest";
import { linesOf, partsOf } from "./markdown.tsx";

test("headings, lists and emphasis are told apart; what is no mark stays text", () => {
  expect(linesOf("# Title\n- one\n2. two\n\nplain **bold** *it* `c*d`").map(({ kind, mark }) => [kind, mark])).toEqual([
    ["heading", undefined],
    ["item", "•"],
    ["item", "2."],
    ["gap", undefined],
    ["text", undefined],
  ]);
  expect(partsOf("a **b** *c* `d*e*` 2 * 3 * 4")).toEqual([
    { kind: "text", text: "a " },
    { kind: "bold", text: "b" },
    { kind: "text", text: " " },
    { kind: "italic", text: "c" },
    { kind: "text", text: " " },
    { kind: "code", text: "d*e*" },
    { kind: "text", text: " 2 * 3 * 4" },
  ]);
});

test("no letter of a line is lost but the marks", () => {
  fc.assert(
    fc.property(fc.string(), (line) => {
      const kept = partsOf(line).reduce((text, part) => text + part.text, "");
      expect(kept.replaceAll(/[*`]/g, "")).toBe(line.replaceAll(/[*`]/g, ""));
    }),
  );
});
