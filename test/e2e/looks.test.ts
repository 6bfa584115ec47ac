// Every look in a real browser, light and dark: rows by their columns from previews alone, reports from a run with the built-in model, and what
// lies on the canvas. Screenshots are left in test/e2e/shots.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium } from "../machine/chromium.ts";
import { openEditorPage, type EditorPage } from "../machine/page.ts";

const shots = join(import.meta.dirname, "shots");
const isHere = findChromium() !== undefined;
let editor: EditorPage;

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  const opened = await openEditorPage();
  if (opened !== undefined) editor = opened;
  await editor?.page.emulateMedia({ reducedMotion: "reduce" });
});
afterAll(() => editor?.[Symbol.asyncDispose]());

async function shot(name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await editor.page.emulateMedia({ colorScheme });
    await editor.page.waitForTimeout(200);
    await editor.page.screenshot({ path: join(shots, `look-${name}-${colorScheme}.png`) });
  }
}

/** Selects a node after everything has been brought into view. */
async function select(id: string): Promise<void> {
  const { page } = editor;
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Fit", exact: true }).click();
  await page.waitForTimeout(400);
  await page.locator(`.react-flow__node[data-id="${id}"] .node-head`).click();
}

const load = (path: string) => ({ type: "load-dataset", params: { path } });
const name = (index: number) => `n${index}`;
const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join("\n");
const topics = ["weaving", "wings", "soup"] as const;
const said = {
  weaving: "The heddle lifts every other warp thread so that the shuttle can pass.",
  wings: "Heat transfer in the boundary layer over a swept wing.",
  soup: "慢火煮两个小时，然后撇去浮油。 Simmer for two hours and skim.",
};

/** Three clouds of points, each about a corner of its own. */
const vectors = Array.from({ length: 150 }, (_, row) => {
  const topic = topics[row % 3] ?? "soup";
  const place = [0, 1, 2, 3, 4, 5].map((axis) => Math.sin(row * 7.3 + axis) * 0.4 + (axis % 3 === row % 3 ? 3 : 0));
  return { topic, text: `${said[topic]} (${row})`, vector: place };
});
const hits = Array.from({ length: 30 }, (_, row) => ({
  query: row % 2 === 0 ? "heat transfer over wings" : "how does a heddle lift threads",
  hits: [0, 1, 2, 3].map((rank) => ({
    id: `d${row + rank}`,
    score: 0.9 - rank / 5,
    text: vectors[row + rank]?.text ?? "",
  })),
}));
const book = Array.from({ length: 12 }, (_, part) => `${said[topics[part % 3] ?? "soup"]} `).join("");
const chunks = Array.from({ length: 6 }, (_, part) => {
  const start = Math.max(0, part * 110 - 20);
  const end = Math.min(book.length, part * 110 + 110);
  return {
    id: `book#${part}`,
    document: "book.md",
    text: book.slice(start, end),
    start,
    end,
    heading: "Cloth > Looms",
  };
});
const pairs = topics.map((topic) => ({
  prompt: `What about ${topic}?`,
  chosen: said[topic],
  rejected: "It is a thing.",
  chosen_score: 8.5,
  rejected_score: 2,
}));

test.skipIf(!isHere)("rows are looked at by their columns", { timeout: 240_000 }, async () => {
  const { page } = editor;
  await editor.open(
    {
      heddle: 1,
      name: "looks",
      nodes: {
        map: load("map.jsonl"),
        hits: load("hits.jsonl"),
        chunks: load("chunks.jsonl"),
        pairs: load("pairs.jsonl"),
      },
      view: {
        map: [0, 0],
        hits: [260, 0],
        chunks: [520, 0],
        pairs: [780, 0],
        why: {
          note: "# Looks\n- by **columns**, never by node\n- 织机也行",
          at: [0, 240],
          size: [236, 110],
          colour: "amber",
        },
      },
    },
    {
      "map.jsonl": lines(vectors),
      "hits.jsonl": lines(hits),
      "chunks.jsonl": lines(chunks),
      "pairs.jsonl": lines(pairs),
    },
  );
  await page.locator(".look-map canvas").waitFor({ timeout: 60_000 });
  await page.locator(".hits-brief mark").first().waitFor();
  await page.locator(".look-chunks .chunk").first().waitFor();
  await shot("in-nodes");

  await select("map");
  const scatter = page.locator(".scatter canvas");
  await scatter.waitFor();
  await page.locator(".panel-edge").press("ArrowUp");
  for (let step = 0; step < 8; step += 1) await page.locator(".panel-edge").press("ArrowUp");
  await page.locator(".map-legend button", { hasText: "wings" }).click();
  await page.getByText("50 chosen").waitFor();
  await expect.poll(() => page.locator(".map-rows [role=table]").getAttribute("aria-label")).toBe("50 rows");
  const box = await scatter.boundingBox();
  if (!box) throw new Error("the map has no place");
  await page.getByRole("radio", { name: "Box" }).click();
  await page.mouse.move(box.x + 2, box.y + 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + box.height - 2, { steps: 4 });
  await page.mouse.up();
  await page.getByText("150 chosen").waitFor();
  await scatter.press("Escape");
  await scatter.press("ArrowRight");
  await page.locator(".scatter-tip", { hasText: "row " }).waitFor();
  await shot("map");
  await page.getByRole("radio", { name: "UMAP" }).click();
  await page.waitForFunction(
    () => !/laid out/.test(document.querySelector(".map-words")?.textContent ?? "laid out"),
    null,
    {
      timeout: 60_000,
    },
  );

  await select("hits");
  await page.locator(".hits .hit mark", { hasText: "Heat" }).first().waitFor();
  await shot("hits");
  await select("chunks");
  await page.locator(".chunked .chunk[data-overlap]").first().click();
  await page.locator(".row-detail", { hasText: "Cloth > Looms" }).waitFor();
  await shot("chunks");
  await select("pairs");
  await page.locator(".verdict-answer[data-winner]", { hasText: "heddle" }).waitFor();
  await shot("pairs");
  expect(editor.troubles).toEqual([]);
});

test.skipIf(!isHere)("notes and dots are written, drawn, undone and saved", { timeout: 180_000 }, async () => {
  const { page } = editor;
  await editor.open(
    {
      heddle: 1,
      name: "canvas",
      nodes: {
        data: { type: "load-dataset", params: { path: "map.jsonl" } },
        first: { type: "limit", in: { rows: "data.rows" } },
        last: { type: "shuffle", in: { rows: "first.rows" } },
      },
      view: { data: [0, 120], first: [380, 0], last: [760, 120] },
    },
    { "map.jsonl": lines(vectors) },
  );
  const view = async () => {
    const id = new URL(page.url()).pathname.split("/").at(-1);
    const record = await page.evaluate(async (path) => (await fetch(path)).json(), `/api/graphs/${id}`);
    return JSON.stringify(record.document.view);
  };
  await page.keyboard.press("n");
  await page.getByLabel("Text of the note").fill("# Plan\n- *first* this");
  await page.getByLabel("Text of the note").press("Escape");
  await page.locator(".note .written-heading", { hasText: "Plan" }).waitFor();
  await page.getByRole("radio", { name: "green" }).click();

  const path = page.locator('.react-flow__edge[data-id="data.rows>first.rows"] path').first();
  const middle = await path.evaluate((line) => {
    if (!(line instanceof SVGPathElement)) throw new Error("an edge is a path");
    const { x, y } = line.getPointAtLength(line.getTotalLength() / 2);
    const place = new DOMPoint(x, y).matrixTransform(line.getScreenCTM() ?? undefined);
    return { x: place.x, y: place.y };
  });
  await page.mouse.dblclick(middle.x, middle.y);
  await page.locator(".react-flow__node-dot").waitFor();
  await expect.poll(view, { timeout: 20_000 }).toContain('"from":"data.rows"');
  expect(await view()).toContain('"colour":"green"');
  await shot("canvas");
  await page.keyboard.press("Control+z");
  await expect.poll(() => page.locator(".react-flow__node-dot").count()).toBe(0);
  await page.keyboard.press("Control+Shift+z");
  await page.locator(".react-flow__node-dot").waitFor();

  const dropped = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(['{"a":1}\n'], "dropped.jsonl"));
    return data;
  });
  await page.dispatchEvent(".canvas", "drop", { dataTransfer: dropped, clientX: 700, clientY: 600 });
  await expect.poll(() => page.locator(".react-flow__node-step").count(), { timeout: 20_000 }).toBe(4);
  expect(editor.troubles).toEqual([]);
});

test.skipIf(!isHere)(
  "two thousand nodes open from afar; only what is in view is made",
  { timeout: 180_000 },
  async () => {
    const { page, server } = editor;
    const many = Array.from({ length: 2000 }, (_, index) => index);
    const nodes = many.map((index) => [
      name(index),
      index % 40 === 0 ? load("map.jsonl") : { type: "limit", in: { rows: `${name(index - 1)}.rows` } },
    ]);
    const view = many.map((index) => [name(index), [(index % 40) * 260, Math.floor(index / 40) * 200]]);
    const document = { heddle: 1, name: "many", nodes: Object.fromEntries(nodes), view: Object.fromEntries(view) };
    const id = await page.evaluate(async (body) => {
      const headers = { "content-type": "application/json" };
      return (await (await fetch("/api/graphs", { method: "POST", headers, body })).json()).id;
    }, JSON.stringify({ document }));
    const began = Date.now();
    await page.goto(`${server.url}/g/${id}`);
    await page.locator(".far-layer").waitFor({ timeout: 60_000 });
    console.log(`2,000 nodes are drawn after ${Date.now() - began} ms`);
    expect(await page.locator(".react-flow__node").count()).toBe(0);
    await shot("many");
    const canvas = await page.locator(".canvas").boundingBox();
    if (!canvas) throw new Error("there is no canvas");
    await page.mouse.move(canvas.x + canvas.width / 2, canvas.y + canvas.height / 2);
    for (let turn = 0; turn < 12; turn += 1) await page.mouse.wheel(0, -160);
    await page.locator(".node").first().waitFor({ timeout: 30_000 });
    expect(await page.locator(".react-flow__node").count()).toBeLessThan(120);
  },
);

test.skipIf(!isHere)("records and lists are rows; a secret is named, never written", { timeout: 180_000 }, async () => {
  const { page } = editor;
  await editor.open(
    {
      heddle: 1,
      name: "forms",
      nodes: {
        data: { type: "load-dataset", params: { path: "map.jsonl" } },
        more: {
          type: "derive",
          in: { rows: "data.rows" },
          params: { columns: { size: "size(text)", bad: "missing" } },
        },
        model: { type: "endpoint", params: { provider: "openai", api_key: "NOT_YET" } },
      },
    },
    { "map.jsonl": lines(vectors) },
  );
  await select("more");
  await page.locator(".row-rest .field-error", { hasText: /no column "missing"/i }).waitFor();
  await page.getByRole("button", { name: "Add column" }).click();
  await page.getByLabel("Name 3").fill("topic_size");
  await page.locator(".rows-field .cm-content").nth(2).fill("size(topic)");
  await page.getByLabel("column 3: drag, or move with the arrow keys").press("ArrowUp");
  await expect.poll(() => page.getByLabel("Name 2").inputValue()).toBe("topic_size");
  await page.getByRole("button", { name: "Remove column 3" }).click();
  await expect.poll(() => page.locator(".row-rest .field-error").count()).toBe(0);
  await shot("rows-of-a-record");

  await select("model");
  await page.getByRole("button", { name: "Add it" }).click();
  await page.getByLabel("Value").fill("sk-nothing-but-a-test");
  await shot("secret");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect.poll(() => page.getByText("This machine has no secret").count()).toBe(0);
  expect(await page.content()).not.toContain("sk-nothing-but-a-test");
  expect(editor.troubles).toEqual([]);
});

test.skipIf(!isHere)("reports: histograms, reasons, verdicts, meters", { timeout: 400_000 }, async () => {
  const { page } = editor;
  const rows = vectors
    .slice(0, 6)
    .map(({ topic, text }) => ({ topic, prompt: `Tell me of ${topic}.`, a: text, b: "It is a thing." }));
  await editor.open(
    {
      heddle: 1,
      name: "reports",
      nodes: {
        data: { type: "load-dataset", params: { path: "map.jsonl" } },
        profile: { type: "stats", in: { rows: "data.rows" }, params: { columns: ["topic", "text"], values: 2 } },
        good: { type: "quality-filter", in: { rows: "data.rows" } },
        few: { type: "load-dataset", params: { path: "few.jsonl" } },
        model: { type: "endpoint" },
        made: {
          type: "synth-generate",
          in: { rows: "few.rows", endpoint: "model.endpoint" },
          params: { prompt: "Say a word of {{ topic }}." },
        },
        choice: {
          type: "judge",
          in: { rows: "few.rows", endpoint: "model.endpoint" },
          params: { mode: "pairwise", prompt_column: "prompt", answer_column: "a", other_column: "b" },
        },
      },
    },
    { "map.jsonl": lines(vectors), "few.jsonl": lines(rows) },
  );
  await page.getByRole("button", { name: /^Run Ctrl/ }).click();
  await page.getByRole("button", { name: "Stop" }).first().waitFor();
  await page.locator(".top-bar .button.primary").waitFor({ timeout: 300_000 });
  for (const id of ["profile", "good", "made", "choice"]) {
    await select(id);
    await page.locator(".panel .report, .panel .rows-scroller").first().waitFor();
    const report = page.locator(".panel-tabs button", { hasText: "report" });
    if ((await report.count()) > 0) await report.first().click();
    await page.locator(".panel .report-block").first().waitFor();
    await shot(`report-${id}`);
  }
  await shot("reports-in-nodes");
});
