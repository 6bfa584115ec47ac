// Before a run reaches a private host or sends a key somewhere for the first time, the editor asks; allowed, the run goes on. The host is the
// tests' own OpenAI server on loopback. Screenshots of both themes are left in test/e2e/shots.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Graph } from "@heddle/schema/graph";
import { findChromium } from "../machine/chromium.ts";
import { startFaultServer, type FaultServer } from "../machine/openai-faults.ts";
import { openEditorPage, type EditorPage } from "../machine/page.ts";

const shots = join(import.meta.dirname, "shots");
const isHere = findChromium() !== undefined;
const key = "sk-asked-first-1234";
let editor: EditorPage;
let first: FaultServer;
let second: FaultServer;

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  first = await startFaultServer(() => ({ kind: "answer", text: "The miller's daughter." }));
  second = await startFaultServer(() => ({ kind: "answer", text: "The miller." }));
  const opened = await openEditorPage();
  if (opened !== undefined) editor = opened;
  await editor?.page.emulateMedia({ reducedMotion: "reduce" });
});
afterAll(async () => {
  await editor?.[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
});

async function shot(name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await editor.page.emulateMedia({ colorScheme });
    await editor.page.waitForTimeout(300);
    await editor.page.screenshot({ path: join(shots, `reach-${name}-${colorScheme}.png`) });
  }
}

const asking = (url: string, secret = "village"): Graph => ({
  heddle: 1,
  name: "Who bakes",
  nodes: {
    llm: {
      type: "endpoint",
      title: "A server here",
      params: { provider: "custom", base_url: url, model: "fake", api_key: secret },
    },
    say: {
      type: "generate",
      in: { endpoint: "llm.endpoint" },
      params: { prompts: [`Who bakes in the ${secret}?`], max_tokens: 30 },
    },
  },
});

const node = (title: string) => editor.page.locator(".node", { hasText: title });
const dialog = () => editor.page.locator(".run-dialog");
const focused = () => editor.page.evaluate(() => document.activeElement?.textContent ?? "");

/** As if the open graph had been made in this browser. */
async function keepAsOwn(): Promise<string> {
  const id = new URL(editor.page.url()).pathname.split("/").at(-1) ?? "";
  await editor.page.evaluate((graph) => localStorage.setItem("heddle-origins", JSON.stringify({ [graph]: "own" })), id);
  return id;
}
const hostOf = (url: string) => new URL(url).host;

async function ranToItsEnd(title: string): Promise<void> {
  await expect.poll(() => node(title).getAttribute("data-state"), { timeout: 90_000 }).toMatch(/^(done|cached)$/);
}

test.skipIf(!isHere)(
  "a graph from elsewhere: what it reaches is shown, a key is put in, and it runs",
  { timeout: 240_000 },
  async () => {
    const { page } = editor;
    const host = hostOf(first.url);
    await editor.open(asking(first.url));
    await page.getByText(/to run/).waitFor({ timeout: 60_000 });
    await page.keyboard.press("Control+Enter");
    await dialog().waitFor();
    await dialog().getByText(`Runs 2 nodes, asks ${host} with key village.`).waitFor();
    await dialog().getByText("on this machine", { exact: true }).waitFor();
    expect(await dialog().getByRole("button", { name: "Allow and run" }).isDisabled()).toBe(true);
    await shot("first-run");

    // Nothing is agreed to by one more Enter; everything is reached with Tab.
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Allow");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Add it");
    await page.keyboard.press("Enter");
    await page.getByText(`It is sent to ${host}`).waitFor();
    await page.getByLabel("Value").fill(key);
    await shot("add-key");
    await page.keyboard.press("Enter");
    await dialog().getByText("is not on this machine").waitFor({ state: "detached" });
    await dialog()
      .getByRole("button", { name: `Allow ${host}` })
      .focus();
    await page.keyboard.press("Enter");
    await dialog().getByText("Allowed").waitFor();
    await shot("allowed");
    expect(first.asked).toEqual([]);
    await dialog().getByRole("button", { name: "Run", exact: true }).focus();
    await page.keyboard.press("Enter");
    await ranToItsEnd("Generate");
    expect(first.asked.map(({ headers }) => headers["authorization"])).toEqual([`Bearer ${key}`]);

    await page.getByText(/nothing to run|to run/).waitFor();
    await page.getByRole("button", { name: /^Run/ }).click();
    await ranToItsEnd("Generate");
    expect(await dialog().count()).toBe(0);
    await node("A server here").click({ position: { x: 60, y: 12 } });
    await page.getByRole("tab", { name: "Plan" }).click();
    await page.getByText(`Reaches ${host} with key village.`).waitFor();
    await shot("plan");
    expect(editor.troubles).toEqual([]);
  },
);

test.skipIf(!isHere)(
  "the same key to another host is asked about; the server refuses it until it is allowed",
  { timeout: 180_000 },
  async () => {
    const { page } = editor;
    const host = hostOf(second.url);
    await editor.open(asking(second.url));
    const id = await keepAsOwn();
    await page.getByText(/to run/).waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: /^Run/ }).click();
    await dialog()
      .getByRole("heading", { name: `Let this run reach ${host}?` })
      .waitFor();
    await shot("another-host");
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
    expect(second.asked).toEqual([]);

    // Whoever leaves the dialog out gets nowhere.
    await page.evaluate(async (graph) => {
      const headers = { "content-type": "application/json" };
      await fetch(`/api/graphs/${graph}/runs`, { method: "POST", headers, body: "{}" });
    }, id);
    await page.reload();
    await expect.poll(() => node("A server here").getAttribute("data-state"), { timeout: 60_000 }).toBe("failed");
    expect(second.asked).toEqual([]);

    await page.getByRole("button", { name: /^Run/ }).click();
    await dialog().getByRole("button", { name: "Allow and run" }).click();
    await ranToItsEnd("Generate");
    expect(second.asked.map(({ headers }) => headers["authorization"])).toEqual([`Bearer ${key}`]);
  },
);

test.skipIf(!isHere)(
  "a key that was typed for a node goes where that node asks, without a question",
  { timeout: 120_000 },
  async () => {
    const { page } = editor;
    await editor.open(asking(second.url, "mill"));
    await keepAsOwn();
    await node("A server here").click({ position: { x: 60, y: 12 } });
    await page.getByText("This machine has no secret mill.").waitFor();
    await page.locator(".inspector").getByRole("button", { name: "Add it" }).click();
    await page.getByText(`It is sent to ${hostOf(second.url)}, and elsewhere only when you allow it.`).waitFor();
    await page.getByLabel("Value").fill("sk-typed-for-this-node");
    await page.keyboard.press("Enter");
    await page.getByText("This machine has no secret mill.").waitFor({ state: "detached" });
    await page.getByRole("button", { name: /^Run Ctrl/ }).click();
    await expect
      .poll(() => second.asked.at(-1)?.headers["authorization"], { timeout: 60_000 })
      .toBe("Bearer sk-typed-for-this-node");
    expect(await dialog().count()).toBe(0);
  },
);

const quiet: Graph = {
  heddle: 1,
  name: "Quiet",
  nodes: { data: { type: "load-dataset", params: { path: "heddle:data/captain.jsonl" } } },
};

test.skipIf(!isHere)(
  "an imported graph is asked about once, one's own that stays here never",
  { timeout: 120_000 },
  async () => {
    const { page, server } = editor;
    await page.goto(server.url);
    const file = {
      name: "quiet.heddle.json",
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify(quiet)),
    };
    await page.getByLabel("Import a graph from a file").setInputFiles(file);
    await node("Load dataset").waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: /^Run/ }).click();
    await dialog().getByText("Runs 1 node and reaches nothing outside of this machine.").waitFor();
    await shot("imported");
    await dialog().getByRole("button", { name: "Run", exact: true }).click();
    await ranToItsEnd("Load dataset");
    await page.getByRole("button", { name: /^Run/ }).click();
    await page.getByText("nothing to run").waitFor();
    expect(await dialog().count()).toBe(0);
    expect(editor.troubles).toEqual([]);
  },
);
