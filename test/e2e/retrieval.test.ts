// Documents to answers, from an empty canvas in a real browser with nothing but the keyboard: load, split, embed, index; request, embed,
// retrieve, answer, serve. Then what each of them made is looked at, and the served graph is talked to. Screenshots in test/e2e/shots.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium } from "../machine/chromium.ts";
import { keyboardOf, nodeOf, type Hands } from "../machine/hands.ts";
import { root } from "../machine/server.ts";
import { openEditorPage, type EditorPage } from "../machine/page.ts";

const shots = join(import.meta.dirname, "shots");
const village = join(root, "templates/data/village");
const isHere = findChromium() !== undefined;
let editor: EditorPage;

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  const opened = await openEditorPage();
  if (opened !== undefined) editor = opened;
});
afterAll(() => editor?.[Symbol.asyncDispose]());

const shot = (name: string) => editor.page.screenshot({ path: join(shots, `retrieval-${name}.png`) });

/** Every node that answers from documents: what is indexed first, then what a request goes through. */
async function build(hands: Hands): Promise<void> {
  await hands.add("load doc", "Load documents");
  const { page } = editor;
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), hands.press("Choose files for Documents")]);
  await chooser.setFiles(["days.md", "places.md", "things.md"].map((name) => join(village, name)));
  await expect.poll(() => page.getByLabel("Documents", { exact: true }).inputValue(), { timeout: 20_000 }).toBe(".");
  await hands.add("split text", "Split text");
  await hands.wire(["Load documents", "rows"], "rows");
  await hands.choose("Method", "Sentences");
  await hands.write("Size", "120");
  await hands.write("Overlap", "0");
  await hands.add("embed", "Embed");
  await hands.wire(["Split text", "rows"], "rows");
  await hands.add("index", "Index");
  await hands.wire(["Embed", "rows"], "rows");

  await hands.add("request", "Request");
  await hands.write("Name 1", "messages");
  await hands.choose("Value of messages", "Messages");
  await hands.press("Add request");
  await hands.press("request 1 > Add field");
  await hands.write("request 1 > Name 1", "messages");
  await hands.write("request 1 > Value of messages", '[{"role": "user", "content": "Who has the scarf now?"}]');
  await hands.add("derive", "Derive columns");
  await hands.wire(["Request", "rows"], "rows");
  await hands.press("Add column");
  await hands.write("Name 1", "query");
  await hands.write("Value of query", "messages[size(messages) - 1].content");
  await hands.add("embed", "Embed");
  await hands.rename("Embed the question");
  await hands.wire(["Derive columns", "rows"], "rows");
  await hands.write("Text column", "query");
  await hands.choose("Texts are", "Query");
  await hands.add("retrieve", "Retrieve");
  await hands.wire(["Embed the question", "rows"], "rows");
  await hands.wire(["Index", "index"], "index");
  await hands.write("k", "3");
  await hands.add("answer", "Answer");
  await hands.wire(["Retrieve", "rows"], "rows");
  await hands.choose("Prompt", "Plain");
  await hands.write("Hits used", "1");
  await hands.add("load model", "Load model");
  await hands.select("Answer");
  await hands.wire(["Load model", "model"], "model");
  await hands.add("serve", "Serve");
  await hands.wire(["Answer", "rows"], "answers");
}

test.skipIf(!isHere)("documents to a served chat, by keyboard alone", { timeout: 240_000 }, async () => {
  const { page } = editor;
  const hands = keyboardOf(page);
  const panel = page.locator(".panel");
  await hands.press("New graph");
  await page.locator(".empty-hint").waitFor();
  await build(hands);

  await page.keyboard.press("Escape");
  await page.keyboard.press("t");
  await page.locator(".plan-words", { hasText: "11 to run" }).waitFor({ timeout: 60_000 });
  await page.keyboard.press("f");
  await page.waitForTimeout(400);
  await shot("1-built");
  await page.keyboard.press("Control+Enter");
  await expect.poll(() => page.locator(".node[data-state=done]").count(), { timeout: 120_000 }).toBe(11);
  await page.getByText("nothing to run").waitFor({ timeout: 30_000 });

  await hands.select("Split text");
  await panel.locator(".chunk").nth(3).waitFor();
  await shot("2-chunks");
  await hands.select("Embed");
  await panel.locator(".map-side canvas, .map-side svg").first().waitFor();
  await shot("3-map");
  await hands.select("Retrieve");
  await panel.locator(".hit mark", { hasText: "scarf" }).first().waitFor();
  await shot("4-hits");
  await hands.select("Answer");
  await panel.locator(".hits-answer").first().waitFor();
  await shot("5-answers");

  await hands.select("Serve");
  const message = page.getByRole("textbox", { name: "Message" });
  await hands.reach(message);
  await page.keyboard.type("Who has the scarf now?");
  await page.keyboard.press("Enter");
  await page.getByText("1 of 3 passages cited").waitFor({ timeout: 60_000 });
  await hands.reach(page.locator(".sources summary"));
  await page.keyboard.press("Enter");
  await shot("6-playground");
  const said = (await page.locator(".turn[data-role=assistant]").textContent()) ?? "";
  expect(said).toContain("scarf");
  expect(said).toContain("things.md#");
  expect(editor.troubles).toEqual([]);
  expect(editor.foreign).toEqual([]);
});

test.skipIf(!isHere)("a served graph that is no chat is asked by a form", { timeout: 120_000 }, async () => {
  const { page } = editor;
  await editor.open({
    heddle: 1,
    name: "a question and a number",
    nodes: {
      ask: {
        type: "request",
        params: { fields: { query: "string", n: "int" }, examples: [{ query: "weft", n: 2 }] },
      },
      more: { type: "derive", in: { rows: "ask.rows" }, params: { columns: { twice: "n * 2", loud: "query + '!'" } } },
      server: { type: "serve", in: { answers: "more.rows" } },
    },
  });
  await page.getByRole("button", { name: /^Run Ctrl/ }).click();
  await expect.poll(() => page.locator(".node[data-state=done]").count(), { timeout: 60_000 }).toBe(3);
  await nodeOf(page, "Serve").locator(".node-head").click();
  const form = page.locator(".request-form");
  await form.getByLabel("query").fill("warp");
  await form.getByLabel("n int").fill("21");
  await form.getByRole("button", { name: "Ask" }).click();
  await form.getByText("warp!").waitFor({ timeout: 30_000 });
  await form.getByText("42").waitFor();
  await form.getByLabel("n int").fill("many");
  await form.getByRole("button", { name: "Ask" }).click();
  await form.getByText("No answer.").waitFor();
  await shot("7-form");
});

test.skipIf(!isHere)("documents dropped together are read by one node", { timeout: 60_000 }, async () => {
  const { page } = editor;
  await editor.open({ heddle: 1, name: "dropped", nodes: { ask: { type: "request" } } });
  const dropped = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    for (const name of ["warp.md", "weft.md", "rows.jsonl"]) data.items.add(new File([`{"text":"${name}"}`], name));
    return data;
  });
  await page.locator(".react-flow__pane").dispatchEvent("drop", { dataTransfer: dropped, clientX: 500, clientY: 300 });
  await nodeOf(page, "Load dataset").waitFor();
  await page.keyboard.press("Escape");
  await nodeOf(page, "Load documents").locator(".node-head").click();
  await expect.poll(() => page.getByLabel("Documents", { exact: true }).inputValue()).toBe(".");
  expect(await page.locator(".node").count()).toBe(3);
});
