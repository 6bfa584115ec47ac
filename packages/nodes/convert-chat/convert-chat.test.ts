import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import type { Value } from "@heddle/schema/batch";
import type { RowSchema } from "@heddle/schema/type";
import { rowsIn, rowsValue, runNode } from "../../../test/conformance/harness.ts";
import { lint, renderedMark } from "./lint.ts";

const golden = resolve(import.meta.dirname, "../../../../shared/assets/golden/axolotl");
const sharegpt: RowSchema = {
  columns: {
    conversations: {
      kind: "list",
      item: { kind: "struct", fields: { from: { kind: "string" }, value: { kind: "string" } } },
    },
  },
  open: false,
};

function said(roles: string) {
  const names: Readonly<Record<string, string>> = { s: "system", u: "user", a: "assistant", t: "tool", x: "narrator" };
  return Array.from(roles, (letter, i) => ({ role: names[letter]!, content: `words ${i}` }));
}

test.each([
  ["ua", []],
  ["suaua", []],
  ["uatta", []],
  ["a", ["missing"]],
  ["uaau", ["missing", "unanswered"]],
  ["uua", ["missing"]],
  ["uasua", ["system"]],
  ["uxa", ["role"]],
  ["su", ["unanswered"]],
  ["", ["no-messages"]],
])("turns %s: %j", (roles, faults) => {
  expect(lint(said(roles)).map(({ fault }) => fault)).toEqual(faults);
});

test("the same turn twice is doubled, not missing", () => {
  const [user, answer] = [
    { role: "user", content: "hi" },
    { role: "assistant", content: "hello" },
  ];
  expect(lint([user, user, answer])).toEqual([{ fault: "doubled", message: "turn 2 (user) repeats the turn before" }]);
});

test.each([
  ["<s>[INST] hi [/INST]", "[INST]"],
  ["<|im_start|>user\nhi<|im_end|>", "<|im_start|>"],
  ["<start_of_turn>user\nhi", "<start_of_turn>"],
  ["USER: hi ASSISTANT:", "USER: hi ASSISTANT:"],
  ["Write a heading such as ### Instructions for use", undefined],
  ["The user: someone who uses. What is an assistant?", undefined],
])("rendered: %s", (content, mark) => {
  expect(renderedMark(content)).toBe(mark);
});

async function convert(file: string) {
  const parsed: Record<string, Value> | Record<string, Value>[] = JSON.parse(
    readFileSync(resolve(golden, file), "utf8"),
  );
  const rows = [parsed].flat();
  const plain = Object.fromEntries(Object.keys(rows[0]!).map((name) => [name, { kind: "string" } as const]));
  const schema = "conversations" in plain ? sharegpt : { columns: plain, open: false };
  return runNode("convert-chat", { params: {}, inputs: { rows: rowsValue(schema, rows) } }, ".");
}

test.skipIf(!existsSync(golden))("axolotl's fixtures (need ../shared/assets beside the checkout)", async () => {
  const whole = await convert("conversation.json");
  const [row] = rowsIn(whole.outputs["rows"]);
  expect(row?.["messages"]).toHaveLength(12);
  expect(whole.outputs["report"]?.report?.values).toMatchObject({ converted: 1, rejected: 0, turns: 12 });

  const broken = await convert("conversation.missingturns.json");
  expect(rowsIn(broken.outputs["rows"])).toEqual([]);
  expect(rowsIn(broken.outputs["rejected"])[0]?.["problems"]).toEqual(["turn 2 (assistant) is empty"]);

  const alpaca = await convert("alpaca.json");
  expect(rowsIn(alpaca.outputs["rows"]).map((made) => made["messages"])).toMatchObject([
    [
      { role: "user", content: expect.stringMatching(/^You will be given .*\nWords: \['Hello'/s) },
      { role: "assistant" },
    ],
    [{ role: "user" }, { role: "assistant", content: expect.stringContaining("4. He leaves the bar.") }],
  ]);
});
