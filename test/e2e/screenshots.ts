// Drives a real server with a real Chromium through every state of the editor and leaves pictures in test/e2e/shots (1280 × 800, light and dark);
// the README's picture is docs/editor.png. `npm run screenshots`, or with names of scenes to take only those.
import { copyFileSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { chromiumArguments, findOrInstallChromium } from "../machine/chromium.ts";
import { root, startServer } from "../machine/server.ts";

const shots = join(root, "test/e2e/shots");
const template = "Fine-tune and serve";

interface Stage {
  readonly page: Page;
  readonly theme: "light" | "dark";
  readonly gallery: string;
  shot(name: string): Promise<string>;
}

function node(page: Page, title: string) {
  return page.locator(".node", { has: page.locator(".node-head b", { hasText: title }) });
}

/** A place on the canvas with nothing within 40 pixels. */
async function emptySpot(page: Page): Promise<{ x: number; y: number }> {
  const spot = await page.evaluate(() => {
    const box = document.querySelector(".canvas")?.getBoundingClientRect() ?? new DOMRect();
    // oxlint-disable-next-line unicorn/consistent-function-scoping -- it runs in the page, where nothing of this file is
    const isPane = (x: number, y: number) => document.elementFromPoint(x, y)?.matches(".react-flow__pane") ?? false;
    for (let y = box.top + 60; y < box.bottom - 60; y += 20) {
      for (let x = box.left + 60; x < box.right - 60; x += 20) {
        if ([-40, 0, 40].every((dx) => [-40, 0, 40].every((dy) => isPane(x + dx, y + dy)))) return { x, y };
      }
    }
    return undefined;
  });
  if (!spot) throw new Error("the canvas has no empty spot: zoom out first");
  return spot;
}

async function select(page: Page, title: string): Promise<void> {
  await node(page, title).locator(".node-head").click();
}

async function openTemplate({ page, gallery }: Stage): Promise<void> {
  await page.goto(gallery);
  await page.locator(".card", { hasText: template }).click();
  await page.locator(".node").first().waitFor();
  await page.locator(".plan-words").waitFor();
}

/** Waits until the run shown has come to its end. */
async function runEnds(page: Page): Promise<void> {
  await page.locator(".top-bar .button.primary").waitFor({ timeout: 900_000 });
}

async function galleryScene({ page, gallery, shot }: Stage): Promise<void> {
  await page.goto(gallery);
  await page.locator(".card").first().waitFor();
  await shot("gallery");
}

async function emptyScene({ page, gallery, shot }: Stage): Promise<void> {
  await page.goto(gallery);
  await page.getByRole("button", { name: "New graph" }).click();
  await page.locator(".empty-hint").waitFor();
  await shot("empty");
  await page.keyboard.press("/");
  await page.keyboard.type("quant");
  await shot("palette-search");
  await page.keyboard.press("Enter");
  await shot("issue-on-node");
}

async function wiringScene(stage: Stage): Promise<void> {
  const { page, shot } = stage;
  await openTemplate(stage);
  await select(page, "Built-in model");
  await page.keyboard.press("c");
  await page.locator(".fit-menu").waitFor();
  await shot("connect-by-keyboard");
  await page.keyboard.press("Escape");
  const model = page.getByLabel(/^output model,/).first();
  const rows = page.getByLabel(/^input rows,/).first();
  await model.hover();
  await shot("port-tip");
  await model.dragTo(rows, { force: true });
  await page.locator(".notice").waitFor();
  await shot("edge-refused");
  await page.getByLabel("Close this message").click();
  const from = await model.boundingBox();
  if (!from) throw new Error("the model's port is not in view: fit the graph first");
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  const empty = await emptySpot(page);
  await page.mouse.move(empty.x, empty.y, { steps: 6 });
  await page.mouse.up();
  await page.locator(".fit-menu").waitFor();
  await shot("nodes-that-fit");
  await page.keyboard.press("Escape");
}

async function brokenScene(stage: Stage): Promise<void> {
  const { page, shot } = stage;
  await openTemplate(stage);
  await select(page, "Split dataset");
  await page.keyboard.press("Delete");
  await select(page, "Tokenize for training");
  await shot("issues");
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await shot("shortcuts");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "More" }).click();
  await shot("menu");
  await page.keyboard.press("Escape");
}

async function runScene(stage: Stage): Promise<void> {
  const { page, theme, shot } = stage;
  await openTemplate(stage);
  await shot("ready");
  await page.locator(".top-bar .button.primary").click();
  await page.getByRole("button", { name: "Stop" }).first().waitFor();
  await select(page, "Learn the captain's voice");
  if (theme === "light") {
    await page.locator(".live .curve-tip").first().waitFor({ timeout: 120_000 });
    await page.locator(".node-state", { hasText: /step \d+ of/ }).waitFor();
    await page.locator(".node-state", { hasText: /step (7|8|9|1\d)\d of/ }).waitFor({ timeout: 300_000 });
    mkdirSync(join(root, "docs"), { recursive: true });
    const picture = join(root, "docs/editor.png");
    copyFileSync(await shot("running"), picture);
    console.log(`${picture}: ${Math.round(statSync(picture).size / 1000)} kB`);
  }
  await runEnds(page);
  await shot("done");
  for (const title of [
    "Captain's chats",
    "Well rated only",
    "Tokenize for training",
    "Base against tuned",
    "Eight bits a weight",
    "Merge adapter",
  ]) {
    await select(page, title);
    await page.locator(".panel").waitFor();
    await shot(`result-${title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`);
  }
  await select(page, "Tokenize for training");
  await page.locator(".rows-row").nth(1).click();
  await page.locator(".row-detail").waitFor();
  await shot("row-in-full");
  await select(page, "Learn the captain's voice");
  await page.getByLabel("Rank r").fill("12");
  await page.locator(".param-help", { hasText: "was 16 in the last run" }).waitFor();
  await page.getByRole("tab", { name: "Plan" }).click();
  await shot("why-it-will-run");
  await page.keyboard.press("Control+z");
}

async function playgroundScene(stage: Stage): Promise<void> {
  const { page, shot } = stage;
  await openTemplate(stage);
  await page.locator(".top-bar .button.primary").click();
  await page.getByRole("button", { name: "Stop" }).first().waitFor();
  await runEnds(page);
  await select(page, "Talk to the captain");
  const message = page.getByRole("textbox", { name: "Message" });
  await message.fill("Where do you come from?");
  await message.press("Enter");
  await page.locator('.turn[data-role="assistant"]').waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Send" }).waitFor({ timeout: 60_000 });
  await shot("playground");
}

const scenes = {
  gallery: galleryScene,
  empty: emptyScene,
  wiring: wiringScene,
  broken: brokenScene,
  run: runScene,
  playground: playgroundScene,
};

async function takeAll(
  browser: Browser,
  address: string,
  theme: "light" | "dark",
  wanted: readonly string[],
): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    colorScheme: theme,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(address);
  await page.locator(".gallery-body").waitFor();
  const stage: Stage = {
    page,
    theme,
    gallery: new URL("/", address).href,
    async shot(name) {
      const path = join(shots, `${name}-${theme}.png`);
      await page.waitForTimeout(300);
      await page.screenshot({ path });
      return path;
    },
  };
  for (const [name, scene] of Object.entries(scenes)) {
    if (wanted.length === 0 || wanted.includes(name)) await scene(stage);
  }
  await context.close();
}

const executablePath = findOrInstallChromium();
if (executablePath === undefined) throw new Error("no Chromium here: install it, or name one in CHROMIUM");
mkdirSync(shots, { recursive: true });
const server = await startServer();
const browser = await chromium.launch({ executablePath, args: chromiumArguments });
try {
  for (const theme of ["light", "dark"] as const) await takeAll(browser, server.address, theme, process.argv.slice(2));
} finally {
  await browser.close();
  await server.stop();
}
console.log(`pictures in ${shots}`);
