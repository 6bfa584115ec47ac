import { expect, test } from "vitest";
import { rowsIn, rowsValue, runNode } from "../../../test/conformance/harness.ts";

const given = Array.from({ length: 60 }, (_, n) => ({ n, text: "x".repeat(n) }));
const schema = { columns: { n: { kind: "int" }, text: { kind: "string" } }, open: false } as const;
const [first, second] = [rowsValue(schema, given.slice(0, 20)), rowsValue(schema, given.slice(20))];
const cut = { type: first.type, batches: [...first.batches!, ...second.batches!] };

async function shuffledBy(seed: number, rows = rowsValue(schema, given)) {
  const { outputs } = await runNode("shuffle", { params: { seed }, inputs: { rows } }, ".");
  return rowsIn(outputs["rows"]);
}

test("every row comes once, cells stay together, and only the seed decides the order", async () => {
  const made = await shuffledBy(1);
  expect(made).not.toEqual(given);
  expect(made.toSorted((a, b) => Number(a["n"]) - Number(b["n"]))).toEqual(given);
  expect(await shuffledBy(1, cut)).toEqual(made);
  expect(await shuffledBy(2)).not.toEqual(made);
});
