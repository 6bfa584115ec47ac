// From a keystroke in the inspector to the painted result of the last of eight data nodes, on 200 rows, in Chromium.
import type { Page } from "playwright-core";
import { openEditorPage } from "../machine/page.ts";

export const title = "preview: milliseconds from a keystroke to the painted result";

const rows = Array.from({ length: 400 }, (_, row) => ({
  id: row,
  text: `row ${row} ${"of words that are woven into a longer line of text ".repeat(1 + (row % 5))}`,
  lang: row % 3 ? "en" : "de",
  score: (row * 37) % 200,
}));

const rowsFrom = (node: string) => ({ rows: `${node}.rows` });
const nodes = {
  data: { type: "load-dataset", params: { path: "rows.jsonl" } },
  keep: { type: "filter", in: rowsFrom("data"), params: { where: "score > 30" } },
  more: { type: "derive", in: rowsFrom("keep"), params: { columns: { size: "size(text)" } } },
  named: { type: "rename-columns", in: rowsFrom("more"), params: { names: { score: "points" } } },
  ordered: { type: "sort", in: rowsFrom("named"), params: { by: ["points"] } },
  single: { type: "dedup", in: rowsFrom("ordered"), params: {} },
  mixed: { type: "shuffle", in: rowsFrom("single"), params: {} },
  chosen: { type: "select-columns", in: rowsFrom("mixed"), params: { columns: ["id", "text", "points", "size"] } },
  last: { type: "limit", in: rowsFrom("chosen"), params: { count: 190 } },
};

const edits = 60;

/** Numbers from 30 on of two digits, each one digit away from the one before: no edit comes back to a result that is known. */
function counted(at: number): string {
  const tens = 3 + Math.floor(at / 10);
  return `${tens}${tens % 2 ? at % 10 : 9 - (at % 10)}`;
}

/** The keys that make one number of the other at the end of a text; only the last of them edits. */
function keysBetween(before: string, after: string): string[] {
  const isLast = before[0] === after[0];
  return ["End", ...(isLast ? [] : ["ArrowLeft"]), "Shift+ArrowLeft", after[isLast ? 1 : 0] ?? ""];
}

declare global {
  interface Window {
    /** Resolves with the milliseconds from the next keystroke to the paint that shows another count on the last node. */
    nextPaint?: () => Promise<number>;
    painted?: Promise<number> | undefined;
  }
}

/** Runs in the page. */
function installClock(): void {
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- only this function travels to the page
  const counts = () => [...document.querySelectorAll(".node")].at(-1)?.querySelector(".port-count")?.textContent ?? "";
  window.nextPaint = () =>
    new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`nothing was painted within 5 s: ${counts()}`)), 5000);
      const before = counts();
      let began = 0;
      document.addEventListener("keydown", (event) => (began = event.timeStamp), { capture: true, once: true });
      const observer = new MutationObserver(() => {
        const now = counts();
        if (now === "" || now === before || began === 0) return;
        observer.disconnect();
        // The frame after the change has been painted when this runs.
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began), 0));
      });
      observer.observe(document.body, { childList: true, characterData: true, subtree: true });
    });
}

/** Processor seconds of the page and its workers so far. */
async function processorSeconds(page: Page): Promise<number> {
  const session = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return processInfo.filter(({ type }) => type === "renderer").reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

export async function run(): Promise<void> {
  await using editor = await openEditorPage();
  if (editor === undefined) {
    console.log("skipped: there is no Chromium");
    return;
  }
  const { page } = editor;
  await editor.open(
    { heddle: 1, name: "preview", nodes },
    { "rows.jsonl": rows.map((row) => JSON.stringify(row)).join("\n") },
  );
  await page.locator(".node").last().getByText("preview · 200 rows").waitFor();
  await page
    .locator(".node")
    .nth(1)
    .click({ position: { x: 60, y: 12 } });
  await page.locator(".cm-content").first().click();
  await page.keyboard.press("End");
  await page.evaluate(installClock);
  const taken: number[] = [];
  const began = await processorSeconds(page);
  for (let edit = 0; edit < edits; edit++) {
    const keys = keysBetween(counted(edit), counted(edit + 1));
    for (const key of keys.slice(0, -1)) await page.keyboard.press(key);
    await page.evaluate(() => void (window.painted = window.nextPaint?.()));
    await page.keyboard.press(keys.at(-1) ?? "");
    taken.push((await page.evaluate(() => window.painted)) ?? NaN);
  }
  const spent = (await processorSeconds(page)) - began;
  // The first edits load the nodes' code.
  const [first = NaN] = taken;
  const warm = taken.slice(2).sort((a, b) => a - b);
  const at = (share: number) => warm[Math.min(warm.length - 1, Math.floor(share * warm.length))] ?? NaN;
  console.table({
    "8 data nodes, 200 rows": {
      median: Number(at(0.5).toFixed(1)),
      p95: Number(at(0.95).toFixed(1)),
      max: Number(at(1).toFixed(1)),
      "first edit": Number(first.toFixed(1)),
      "processor ms an edit": Number(((1000 * spent) / edits).toFixed(1)),
      edits: warm.length,
    },
  });
  if (editor.troubles.length > 0) console.log(editor.troubles.join("\n"));
}

if (import.meta.main) await run();
