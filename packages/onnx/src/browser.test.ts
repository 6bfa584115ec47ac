// onnxruntime-web in Chromium, on WASM and on WebGPU (a software adapter), gives the numbers that onnxruntime-node gives.
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { expect, test } from "vitest";
import { createServer, type Plugin } from "vite";
import { chromiumArguments, findChromium, webgpuArguments } from "../../../test/machine/chromium.ts";
import { runSmallModel, type SmallRun } from "./small-run.ts";

const executablePath = findChromium();
const engines = [
  { provider: "wasm", args: chromiumArguments, tolerance: 1e-4 },
  { provider: "webgpu", args: webgpuArguments, tolerance: 1e-3 },
] as const;

const page: Plugin = {
  name: "small-run-page",
  configureServer: (server) => {
    server.middlewares.use("/run", (_, response) => {
      response.setHeader("content-type", "text/html");
      response.end(
        '<script type="module">import { runSmallModel } from "/src/small-run.ts"; window.runSmallModel = runSmallModel;</script>',
      );
    });
  },
};

declare global {
  interface Window {
    runSmallModel?: typeof runSmallModel;
  }
}

/** Starts a development server for this package alone, runs the model in a page, and lists what the page fetched elsewhere. */
async function runInBrowser({
  provider,
  args,
}: (typeof engines)[number]): Promise<{ result: SmallRun; foreign: string[] }> {
  const server = await createServer({
    configFile: false,
    root: join(import.meta.dirname, ".."),
    logLevel: "error",
    plugins: [page],
    optimizeDeps: { noDiscovery: true },
    server: {
      port: 0,
      host: "127.0.0.1",
      ws: false,
      watch: null,
      fs: { allow: [join(import.meta.dirname, "../../..")] },
    },
  });
  await server.listen();
  const address: AddressInfo | string | null | undefined = server.httpServer?.address();
  const origin = typeof address === "object" && address ? `http://127.0.0.1:${address.port}` : "";
  const browser = await chromium.launch({ executablePath: executablePath ?? "", args: [...args] });
  const tab = await browser.newPage();
  const foreign: string[] = [];
  tab.on("request", (request) => void (request.url().startsWith(origin) || foreign.push(request.url())));
  await tab.goto(`${origin}/run`);
  await tab.waitForFunction(() => window.runSmallModel !== undefined);
  const result = await tab.evaluate((chosen) => window.runSmallModel?.({ provider: chosen }), provider);
  await browser.close();
  await server.close();
  if (!result) throw new Error("the page has no result");
  return { result, foreign };
}

/** A software adapter takes minutes to build the shaders of these graphs; the conformance suite trains a smaller model on it every time. */
const chosen = engines.filter(({ provider }) => provider === "wasm" || process.env["HEDDLE_WEBGPU"] === "all");

test.skipIf(executablePath === undefined).each(chosen)(
  "Chromium computes what Node computes: $provider",
  async (engine) => {
    const here = await runSmallModel();
    const { result, foreign } = await runInBrowser(engine);
    for (const part of ["lora", "full", "logProbs", "logits"] as const) {
      expect(result[part].length).toBe(here[part].length);
      for (const [i, value] of here[part].entries()) {
        expect(Math.abs((result[part][i] ?? NaN) - value)).toBeLessThanOrEqual(engine.tolerance);
      }
    }
    expect(foreign.filter((url) => !url.startsWith("blob:") && !url.startsWith("data:"))).toEqual([]);
  },
  600_000,
);
