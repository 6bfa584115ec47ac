// Every example of every portable node in Node, in Chromium on WASM, and in Chromium on WebGPU (a software adapter): the same runs to the
// same results, by the same rules. What is skipped says why.
import { existsSync, readFileSync } from "node:fs";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { directorySource } from "@heddle/onnx/directory.node";
import { examples, type Example } from "@heddle/schema/example";
import type { NodeSpec } from "@heddle/schema/node";
import type { HeldFiles } from "@heddle/step/memory";
import type { RunModule } from "@heddle/step/workshop";
import { loadCatalogue } from "../../apps/runtime/src/catalogue.ts";
import { chromiumArguments, findChromium, webgpuArguments } from "../machine/chromium.ts";
import { checkMade } from "./expect-close.ts";
import { folderOf, missingFolders } from "./folders.ts";
import { serveExamples, type ExamplesServer } from "./in-browser/serve.ts";
import { runPortable, type PortableResult } from "./portable.ts";

const nodes = new URL("../../packages/nodes/", import.meta.url);
const { catalogue } = await loadCatalogue(nodes);
const executablePath = findChromium();

interface Engine {
  readonly name: string;
  /** Chromium's arguments; absent: Node. */
  readonly args?: readonly string[];
  readonly provider: "wasm" | "webgpu" | undefined;
}

const engines: readonly Engine[] = [
  { name: "Node", provider: undefined },
  { name: "Chromium WASM", args: chromiumArguments, provider: "wasm" },
  { name: "Chromium WebGPU", args: webgpuArguments, provider: "webgpu" },
];

const counts = new Map<string, { ran: number; skipped: Map<string, number> }>();
let server: ExamplesServer | undefined;

beforeAll(async () => {
  if (executablePath !== undefined) server = await serveExamples();
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  for (const [name, { ran, skipped }] of counts) {
    const reasons = Array.from(skipped, ([reason, count]) => `${count} × ${reason}`).join("; ");
    console.log(`${name}: ${ran} examples${reasons === "" ? "" : `; skipped ${reasons}`}`);
  }
});

/** Nodes whose run.ts a browser runs too. */
const portable = [...catalogue].filter(([id]) => existsSync(new URL(`${id}/run.ts`, nodes)));

function examplesOf(id: string): Example[] {
  const file = new URL(`${id}/examples.json`, nodes);
  return existsSync(file) ? examples.parse(JSON.parse(readFileSync(file, "utf8"))) : [];
}

/** Shaders of a whole training graph take a software adapter minutes to build; HEDDLE_WEBGPU=all takes them. */
function isSlow({ inputs, params }: Example, spec: NodeSpec, { provider }: Engine): boolean {
  if (provider !== "webgpu" || process.env["HEDDLE_WEBGPU"] === "all") return false;
  return Object.entries(inputs).some(([port, value]) => {
    const isBuiltin = [value].flat().some((one) => "directory" in one && one.directory === "builtin:");
    return isBuiltin && spec.inputs[port]?.accepts({ ...spec.params.parse(params) }).kind === "model";
  });
}

function reasonToSkip(example: Example, spec: NodeSpec, engine: Engine): string | undefined {
  const { args } = engine;
  if (args !== undefined && executablePath === undefined) return "there is no Chromium";
  const missing = missingFolders(example);
  if (missing.length > 0) return `needs ${missing.join(", ")}`;
  if (isSlow(example, spec, engine)) return "runs the built-in model, minutes on a software adapter";
  return example.beside === undefined ? undefined : "reads files beside the graph";
}

async function folderHere(directory: string): Promise<HeldFiles> {
  return directorySource(folderOf(directory));
}

async function openPage(browser: Browser, { provider = "wasm" }: Engine): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(server?.url ?? "");
  await page.waitForFunction(() => window.examplesPage !== undefined);
  await page.evaluate((chosen) => window.examplesPage?.prefer(chosen), provider);
  return page;
}

describe.each(engines)("$name", (engine) => {
  let browser: Browser | undefined;
  let page: Page | undefined;
  const foreign: string[] = [];
  const count = { ran: 0, skipped: new Map<string, number>() };
  counts.set(engine.name, count);

  beforeAll(async () => {
    if (engine.args === undefined || executablePath === undefined) return;
    browser = await chromium.launch({ executablePath, args: [...engine.args] });
    page = await openPage(browser, engine);
    page.on("request", (request) => void (request.url().startsWith(server?.url ?? "") || foreign.push(request.url())));
  });

  afterAll(() => browser?.close());

  async function runHere(id: string, example: Example): Promise<PortableResult> {
    const asked = { node: id, json: JSON.stringify(example) };
    if (page) return page.evaluate(({ node, json }) => window.examplesPage!.run(node, JSON.parse(json)), asked);
    const load = (): Promise<RunModule> => import(new URL(`${id}/run.ts`, nodes).href);
    return runPortable({ id, spec: catalogue.get(id)!, example, load, folder: folderHere });
  }

  describe.each(portable)("%s", (id, spec) => {
    for (const example of examplesOf(id)) {
      const reason = reasonToSkip(example, spec, engine);
      if (reason !== undefined) count.skipped.set(reason, (count.skipped.get(reason) ?? 0) + 1);
      test.skipIf(reason !== undefined)(example.title, { timeout: 60_000 }, async ({ skip }) => {
        const result = await runHere(id, example);
        if ("skipped" in result) {
          count.skipped.set(result.skipped, (count.skipped.get(result.skipped) ?? 0) + 1);
          skip(result.skipped);
        } else if (example.error !== undefined) {
          expect(result).toEqual({ error: expect.stringContaining(example.error) });
        } else if ("error" in result) expect.fail(result.error);
        else checkMade(example, result.made);
        count.ran += 1;
      });
    }
  });

  test.skipIf(engine.args === undefined || executablePath === undefined)("nothing came from another origin", () => {
    expect(foreign.filter((url) => !/^(?:blob|data):/.test(url))).toEqual([]);
  });
});
