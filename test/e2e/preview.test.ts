// Previews in a real browser: rows change with an edit and without a run; the built-in model trains in the tab on a sample. Nothing comes
// from another origin, and the content security policy is not touched. Screenshots are left in test/e2e/shots.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { findChromium } from "../machine/chromium.ts";
import { openEditorPage, type EditorPage } from "../machine/page.ts";

const shots = join(import.meta.dirname, "shots");
const isHere = findChromium() !== undefined;
let editor: EditorPage;

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  const opened = await openEditorPage();
  if (opened !== undefined) editor = opened;
});
afterAll(() => editor?.[Symbol.asyncDispose]());

const shot = (name: string) => editor.page.screenshot({ path: join(shots, `${name}.png`) });
const node = (title: string) => editor.page.locator(".node", { hasText: title });

/** Runs of the graph that is open. */
async function runs(): Promise<number> {
  const id = new URL(editor.page.url()).pathname.split("/").at(-1);
  const answer: unknown = await editor.page.evaluate(
    async (path) => (await fetch(path)).json(),
    `/api/graphs/${id}/runs`,
  );
  return z.object({ runs: z.array(z.unknown()) }).parse(answer).runs.length;
}

const rows = Array.from({ length: 300 }, (_, row) => JSON.stringify({ id: row, text: `row ${row}`, score: row % 100 }));

test.skipIf(!isHere)("preview rows change with an edit, without a run", { timeout: 120_000 }, async () => {
  const { page } = editor;
  await editor.open(
    {
      heddle: 1,
      name: "quick looks",
      nodes: {
        data: { type: "load-dataset", params: { path: "rows.jsonl" } },
        keep: { type: "filter", in: { rows: "data.rows" }, params: { where: "score > 8" } },
        more: { type: "derive", in: { rows: "keep.rows" }, params: { columns: { double: "score * 2" } } },
      },
    },
    { "rows.jsonl": rows.join("\n") },
  );
  await node("Derive columns").getByText("preview · 200 rows").waitFor({ timeout: 60_000 });
  await expect.poll(() => node("Derive columns").locator(".port-count").first().textContent()).toBe("182");
  await node("Filter").click({ position: { x: 60, y: 12 } });
  await page.locator(".panel").getByText("preview · 200 rows").waitFor();
  await page.locator(".cm-content").first().click();
  await page.keyboard.press("End");
  await page.keyboard.type("0");
  // score > 80: 19 of each hundred.
  await expect.poll(() => node("Derive columns").locator(".port-count").first().textContent()).toBe("38");
  await page.locator(".panel [role=cell]", { hasText: "row 81" }).first().waitFor();
  await shot("preview-rows");

  await page.keyboard.type(" &&");
  await expect.poll(() => node("Filter").getAttribute("data-state")).toBe("issue");
  await expect.poll(() => node("Derive columns").locator(".port-count").count()).toBe(0);
  await page.keyboard.press("Control+Z");
  await node("Derive columns").getByText("preview · 200 rows").waitFor();

  await page.getByRole("button", { name: "Previews" }).click();
  await expect.poll(() => page.getByText("preview · 200 rows").count()).toBe(0);
  await page.getByRole("button", { name: "Previews" }).click();
  await node("Derive columns").getByText("preview · 200 rows").waitFor({ timeout: 30_000 });
  expect(await runs()).toBe(0);
  expect(editor.requested.filter((url) => url.endsWith(".wasm"))).toEqual([]);
  expect(editor.troubles).toEqual([]);
});

test.skipIf(!isHere)("the built-in model trains in the tab", { timeout: 240_000 }, async () => {
  const { page } = editor;
  await editor.open({
    heddle: 1,
    name: "a course in the tab",
    nodes: {
      base: { type: "load-model" },
      talk: { type: "load-dataset", params: { path: "heddle:data/captain.jsonl" } },
      ids: {
        type: "tokenize",
        in: { rows: "talk.rows", tokenizer: "base.tokenizer" },
        params: { max_length: 64 },
      },
      tuned: {
        type: "train-lora",
        in: { model: "base.model", rows: "ids.rows" },
        params: { steps: 12, batch_size: 2, max_length: 64, samples: 0, lr: 0.003 },
      },
    },
  });
  await node("Tokenize").getByText("preview · 200 rows").waitFor({ timeout: 60_000 });
  const training = node("Train LoRA");
  await training.getByRole("button", { name: "Try it here on the sample" }).click();
  await training.getByText("preview · 200 rows").waitFor({ timeout: 180_000 });
  await training.click({ position: { x: 60, y: 12 } });
  await page.getByRole("tab", { name: "Curves" }).click();
  await page.locator(".panel .curve").first().waitFor();
  await shot("preview-training");
  await page.getByRole("tab", { name: "report" }).click();
  await page.locator(".panel").getByText(/loss/i).first().waitFor();
  expect(await runs()).toBe(0);
  expect(editor.troubles).toEqual([]);
  // What computes is loaded when it is first needed, from the server itself.
  expect(editor.requested.some((url) => url.endsWith(".wasm"))).toBe(true);
  expect(editor.foreign).toEqual([]);
});

const river = (row: number) => ({
  id: `d${row}`,
  text: `The river ${row} flows past the village`,
  query: `river ${row}`,
});

test.skipIf(!isHere)("embedding, retrieving and writing in the tab", { timeout: 240_000 }, async () => {
  const { page } = editor;
  const documents = Array.from({ length: 60 }, (_, row) => JSON.stringify(river(row)));
  await editor.open(
    {
      heddle: 1,
      name: "asking in the tab",
      nodes: {
        data: { type: "load-dataset", params: { path: "rows.jsonl" } },
        vectors: { type: "embed", in: { rows: "data.rows" } },
        kept: { type: "index", in: { rows: "vectors.rows" } },
        hits: { type: "retrieve", in: { rows: "data.rows", index: "kept.index" } },
        base: { type: "load-model" },
        say: {
          type: "generate",
          in: { model: "base.model" },
          params: { prompts: ["Once upon a time"], max_tokens: 12 },
        },
      },
    },
    { "rows.jsonl": documents.join("\n") },
  );
  for (const title of ["Embed", "Index", "Retrieve"])
    await node(title).first().getByText("preview · 60 rows").waitFor({ timeout: 120_000 });
  await node("Generate").getByRole("button", { name: "Try it here on the sample" }).click();
  await node("Generate").getByText("preview · 1 row").waitFor({ timeout: 120_000 });
  await node("Generate").click({ position: { x: 60, y: 12 } });
  await page.locator(".panel").getByText("Once upon a time").first().waitFor();
  await shot("preview-retrieval");
  expect(await runs()).toBe(0);
  expect(editor.troubles).toEqual([]);
  expect(editor.foreign).toEqual([]);
});

test.skipIf(!isHere)("an edit gets through to a preview that hangs", { timeout: 120_000 }, async () => {
  const { page } = editor;
  const workers: string[] = [];
  page.on("worker", (worker) => workers.push(worker.url()));
  const hard = JSON.stringify({ text: `${"a".repeat(64)}!` });
  await editor.open(
    {
      heddle: 1,
      name: "stuck",
      nodes: {
        data: { type: "load-dataset", params: { path: "rows.jsonl" } },
        // Backtracks for longer than anyone waits.
        keep: { type: "filter", in: { rows: "data.rows" }, params: { where: 'text.matches("^(a+)+$")' } },
      },
    },
    { "rows.jsonl": [hard, hard].join("\n") },
  );
  await node("Load dataset").getByText("preview · 2 rows").waitFor({ timeout: 60_000 });
  expect(await node("Filter").locator(".port-count").count()).toBe(0);
  await node("Filter").click({ position: { x: 60, y: 12 } });
  await page.locator(".cm-content").first().click();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("size(text) > 2");
  await node("Filter").getByText("preview · 2 rows").waitFor({ timeout: 30_000 });
  expect(workers.filter((url) => url.includes("preview-worker")).length).toBeGreaterThan(1);
  expect(editor.troubles).toEqual([]);
});
