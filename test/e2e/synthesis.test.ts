// Synthetic data to a trained model, from an empty canvas in a real browser with the mouse: an endpoint with a key, seeds, generate, judge,
// filter, tokenize, train. The endpoint is a server of the tests' own. Screenshots are left in test/e2e/shots.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium } from "../machine/chromium.ts";
import { mouseOf, nodeOf, type Hands } from "../machine/hands.ts";
import { startFaultServer, type Asked, type Behaviour, type FaultServer } from "../machine/openai-faults.ts";
import { openEditorPage, type EditorPage } from "../machine/page.ts";

const shots = join(import.meta.dirname, "shots");
const isHere = findChromium() !== undefined;
const topics = ["rain", "tides", "looms", "bread", "bees", "snow", "ships", "wool", "salt", "owls", "clay", "wind"];
const key = "sk-e2e-4711-canary";
let editor: EditorPage;
let provider: FaultServer;

/** Writes, and judges every third text to be bad; the first request is one too many. */
function behave({ number, text, headers }: Asked): Behaviour {
  if (headers["authorization"] !== `Bearer ${key}`) return { kind: "status", status: 401, message: "no such key" };
  if (number === 0) return { kind: "status", status: 429, headers: { "retry-after": "0" } };
  const topic = topics.find((one) => text.includes(one)) ?? "nothing";
  if (!text.includes("Judge the answer")) {
    return { kind: "answer", text: `The old man knew much about ${topic}, and he liked to tell of it.` };
  }
  const isBad = topics.indexOf(topic) % 3 === 0;
  const verdict = isBad
    ? { feedback: `It says nothing of ${topic} itself.`, score: 2 }
    : { feedback: `Plain, and about ${topic}.`, score: 5 };
  return { kind: "answer", text: JSON.stringify(verdict) };
}

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  provider = await startFaultServer(behave);
  const opened = await openEditorPage();
  if (opened !== undefined) editor = opened;
});
afterAll(async () => {
  await editor?.[Symbol.asyncDispose]();
  await provider?.[Symbol.asyncDispose]();
});

const shot = (name: string) => editor.page.screenshot({ path: join(shots, `synthesis-${name}.png`) });

/** A server of one's own, and the key for it: put into the store where it is asked for. */
async function buildEndpoint(hands: Hands): Promise<void> {
  const { page } = editor;
  await hands.add("endpoint", "Endpoint");
  await hands.choose("Provider", "Custom");
  await hands.write("Base URL", provider.url);
  await hands.choose("API key", "Add a secret");
  await page.getByRole("dialog").getByLabel("Name").fill("test-server");
  await page.getByRole("dialog").getByLabel("Value").fill(key);
  await shot("1-secret");
  await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
  await page.locator(".inspector").getByRole("combobox", { name: "API key" }).getByText("test-server").waitFor();
}

async function build(hands: Hands): Promise<void> {
  const { page } = editor;
  await buildEndpoint(hands);
  await hands.add("load dataset", "Load dataset");
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), hands.press("Choose a file for File")]);
  const seeds = topics.map((topic) => JSON.stringify({ topic })).join("\n");
  await chooser.setFiles({ name: "seeds.jsonl", mimeType: "application/jsonl", buffer: Buffer.from(seeds) });
  await expect.poll(() => page.getByLabel("File", { exact: true }).inputValue()).toBe("seeds.jsonl");

  await hands.add("generate data", "Generate data");
  await hands.wire(["Load dataset", "rows"], "rows");
  await hands.wire(["Endpoint", "endpoint"], "endpoint");
  await hands.write("Prompt", "Write one sentence about {{ topic }}.");
  await hands.write("Column", "text");
  await hands.write("Budget of calls", "40");
  await hands.write("Price of prompts", "2");
  await hands.write("Price of answers", "8");
  await hands.add("judge", "Judge");
  await hands.wire(["Generate data", "rows"], "rows");
  await hands.wire(["Endpoint", "endpoint"], "endpoint");
  await hands.write("Prompt", "topic");
  await hands.write("Answer", "text");
  await hands.add("filter", "Filter");
  await hands.wire(["Judge", "rows"], "rows");
  await hands.param("Keep where");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("score >= 4");

  await hands.add("load model", "Load model");
  await hands.add("tokenize", "Tokenize");
  await hands.wire(["Filter", "rows"], "rows");
  await hands.wire(["Load model", "tokenizer"], "tokenizer");
  await hands.add("train lora", "Train LoRA");
  await hands.wire(["Tokenize", "rows"], "rows");
  await hands.wire(["Load model", "model"], "model");
  await hands.write("Steps", "16");
  await hands.write("Max length", "48");
  await hands.write("Learning rate", "0.005");
}

test.skipIf(!isHere)("seeds to a tuned model, by mouse", { timeout: 300_000 }, async () => {
  const { page } = editor;
  const hands = mouseOf(page);
  const panel = page.locator(".panel");
  await page.getByRole("button", { name: "New graph" }).click();
  await page.locator(".empty-hint").waitFor();
  await build(hands);
  await page.getByRole("button", { name: "Tidy", exact: true }).click();
  await page.locator(".plan-words", { hasText: "8 to run" }).waitFor({ timeout: 60_000 });
  await shot("2-built");

  await page.getByRole("button", { name: /^Run Ctrl/ }).click();
  await page.getByRole("dialog").getByText(new URL(provider.url).host).first().waitFor();
  await shot("3-may-it-reach-this");
  await page.getByRole("button", { name: "Allow and run" }).click();
  await expect.poll(() => page.locator(".node[data-state=done]").count(), { timeout: 200_000 }).toBe(8);

  await hands.select("Generate data");
  await panel.getByRole("tab", { name: /^report/ }).click();
  await panel.locator(".meter-item").first().waitFor();
  await shot("4-cost");
  await hands.select("Judge");
  await panel.getByRole("tab", { name: /^report/ }).click();
  await panel.getByText("Plain, and about").first().scrollIntoViewIfNeeded();
  await shot("5-verdicts");
  await hands.select("Filter");
  expect(await nodeOf(page, "Filter").locator(".port-count").allTextContents()).toEqual(["8", "4"]);
  await hands.select("Train LoRA");
  await panel.getByRole("tab", { name: /^report/ }).click();
  await panel.locator(".curve").first().waitFor();
  await shot("6-loss");

  const asked = provider.asked.filter(({ path }) => path === "chat/completions");
  expect(asked.length, "12 texts, 12 verdicts, and one asked twice").toBe(25);
  expect(await page.content()).not.toContain(key);
  expect(editor.troubles).toEqual([]);
  expect(editor.foreign).toEqual([]);
});
