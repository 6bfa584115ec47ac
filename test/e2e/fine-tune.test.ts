// Acceptance in a real browser: open the fine-tune template, press Run, see the loss fall and the tuned model beat its base on the eval
// split, chat with the served GGUF. Screenshots are left in test/e2e/shots.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runRecord, type RunRecord } from "@heddle/schema/api";
import { manifest } from "@heddle/schema/artifact";
import type { Report } from "@heddle/schema/report";
import { z } from "zod";
import { chromiumArguments, findChromium } from "../machine/chromium.ts";
import { startServer, type TestServer } from "../machine/server.ts";

const executablePath = findChromium();
const shots = join(import.meta.dirname, "shots");

let server: TestServer;
let browser: Browser;
let page: Page;
const troubles: string[] = [];

beforeAll(async () => {
  if (executablePath === undefined) return;
  mkdirSync(shots, { recursive: true });
  server = await startServer();
  browser = await chromium.launch({ executablePath, args: chromiumArguments });
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const shot = (name: string) => page.screenshot({ path: join(shots, `${name}.png`) });

async function fromApi<T>(schema: z.ZodType<T>, path: string): Promise<T> {
  return schema.parse(await page.evaluate(async (address) => (await fetch(address)).json(), path));
}

async function latestRun(): Promise<RunRecord> {
  const graph = new URL(page.url()).pathname.split("/").at(-1);
  const { runs } = await fromApi(z.object({ runs: z.array(runRecord) }), `/api/graphs/${graph}/runs`);
  const [run] = runs;
  if (run === undefined) throw new Error("the graph has no run");
  return run;
}

/** The report whose values have all these names. */
async function reportWith(run: RunRecord, ...names: string[]): Promise<Report> {
  for (const output of run.steps.flatMap((step) => Object.values(step.outputs))) {
    if (output.type.kind !== "report") continue;
    const { report } = await fromApi(manifest, `/api/artifacts/${output.digest}`);
    if (report !== undefined && names.every((name) => name in report.values)) return report;
  }
  throw new Error(`no report has the values ${names.join(", ")}`);
}

test.skipIf(executablePath === undefined)(
  "fine-tune and serve, from the gallery to the chat",
  { timeout: 420_000 },
  async () => {
    await page.goto(server.address);
    await page.getByRole("button", { name: /^Fine-tune and serve/ }).waitFor();
    expect(page.url(), "the token leaves the address").not.toContain("token");
    await shot("1-gallery");

    await page.getByRole("button", { name: /^Fine-tune and serve/ }).click();
    await page.locator(".node").nth(10).waitFor();
    await page.getByText(/to run/).waitFor();
    await shot("2-template");

    await page.getByRole("button", { name: /^Run Ctrl/ }).click();
    const training = page.locator(".node", { hasText: "Learn the captain's voice" });
    await training.click({ position: { x: 60, y: 12 } });
    await page.locator(".panel .curve").first().waitFor({ timeout: 120_000 });
    await page.waitForTimeout(4000);
    await shot("3-training");

    await expect.poll(async () => (await latestRun()).state, { timeout: 300_000, interval: 1000 }).toBe("done");
    const run = await latestRun();
    expect(run.steps.map((step) => step.state)).toEqual(run.steps.map(() => "done"));

    const trained = await reportWith(run, "first_loss", "eval_loss");
    expect(Number(trained.values["loss"])).toBeLessThan(Number(trained.values["first_loss"]));
    const judged = await reportWith(run, "loss_per_token", "base_loss_per_token");
    console.log(
      `train loss ${trained.values["first_loss"]} → ${trained.values["loss"]}; eval loss per token: base ${judged.values["base_loss_per_token"]}, tuned ${judged.values["loss_per_token"]}`,
    );
    expect(Number(judged.values["loss_per_token"])).toBeLessThan(Number(judged.values["base_loss_per_token"]));
    await shot("4-trained");
    await page.locator(".node", { hasText: "Base against tuned" }).click({ position: { x: 60, y: 12 } });
    await shot("5-judged");

    await page.locator(".node", { hasText: "Talk to the captain" }).click({ position: { x: 60, y: 12 } });
    await page.getByRole("textbox", { name: "Message" }).fill("Who is Nella?");
    await page.getByRole("button", { name: "Send" }).click();
    const answer = page.locator(".turn[data-role=assistant]");
    await expect
      .poll(async () => (await answer.textContent())?.trim().length ?? 0, { timeout: 30_000 })
      .toBeGreaterThan(10);
    await page.getByRole("button", { name: "Send" }).waitFor();
    await shot("6-chat");

    await page.getByText(/nothing to run/).waitFor();
    await page.getByRole("button", { name: /^Run Ctrl/ }).click();
    await expect.poll(async () => (await latestRun()).id, { timeout: 20_000 }).not.toBe(run.id);
    await expect.poll(async () => (await latestRun()).state, { timeout: 20_000 }).toBe("done");
    expect((await latestRun()).steps.map((step) => step.state)).toEqual(run.steps.map(() => "cached"));
    await shot("7-cached");
    expect(troubles).toEqual([]);
  },
);
