// What the runtime itself costs: start of the page, a headless run of three trivial nodes, a step, a cached re-run.
// For orientation (see the peers' figures in the README): n8n 5.8 s and 3.0 s, Flowfile 14 s and 15 s, ComfyUI 4-11 ms a node.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { heddle, startServer, temporaryHome } from "../machine/server.ts";

export const title = "Runtime: cold start, headless run, cost of a step, cached re-run";

const chain = 40;

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function writeGraph(directory: string, filters: number): string {
  writeFileSync(join(directory, "rows.jsonl"), '{"text":"a"}\n{"text":"bb"}\n{"text":"ccc"}\n');
  const nodes: Record<string, unknown> = { data: { type: "load-dataset", params: { path: "rows.jsonl" } } };
  for (let n = 0; n < filters; n += 1) {
    const source = n === 0 ? "data.rows" : `f${n - 1}.rows`;
    nodes[`f${n}`] = { type: "filter", in: { rows: source }, params: { where: `size(text) > ${-1 - n}` } };
  }
  const file = join(directory, `chain-${filters}.heddle.json`);
  writeFileSync(file, JSON.stringify({ heddle: 1, name: "chain", nodes }));
  return file;
}

async function pageAnswers(home: string): Promise<number> {
  const began = performance.now();
  const server = await startServer(home);
  const response = await fetch(server.url);
  await response.text();
  const ms = performance.now() - began;
  await server.stop({ keepHome: true });
  return ms;
}

async function runOnce(home: string, file: string): Promise<{ ms: number; states: Record<string, number> }> {
  const { stdout, ms, status, stderr } = await heddle(home, ["run", file, "--json"]);
  if (status !== 0) throw new Error(`heddle run ended with ${status}: ${stderr}${stdout}`);
  const summary: { steps: { state: string }[] } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  const states: Record<string, number> = {};
  for (const { state } of summary.steps) states[state] = (states[state] ?? 0) + 1;
  return { ms, states };
}

export async function run(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "heddle-bench-"));
  const home = temporaryHome();
  const first = await pageAnswers(home);
  const later = [await pageAnswers(home), await pageAnswers(home), await pageAnswers(home)];

  const three = writeGraph(directory, 2);
  const freshRuns: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    const fresh = temporaryHome();
    await heddle(fresh, ["run", writeGraph(directory, 0)]);
    freshRuns.push((await runOnce(fresh, three)).ms);
    rmSync(fresh, { recursive: true, force: true });
  }
  const long = await runOnce(home, writeGraph(directory, chain));
  const short = await runOnce(home, three);
  const again = [await runOnce(home, writeGraph(directory, chain)), await runOnce(home, writeGraph(directory, chain))];

  console.table([
    { what: "page answers, new home", ms: Math.round(first) },
    { what: "page answers, existing home (median of 3)", ms: Math.round(median(later)) },
    { what: "headless run of 3 trivial nodes, existing home (median of 3)", ms: Math.round(median(freshRuns)) },
    {
      what: `one more step (${chain}-node chain against 3, both new)`,
      ms: Number(((long.ms - short.ms) / (chain - 2)).toFixed(1)),
    },
    { what: `cached re-run of ${chain + 1} steps (median of 2)`, ms: Math.round(median(again.map((one) => one.ms))) },
  ]);
  console.log("states of the cached re-run:", JSON.stringify(again[0]?.states));
  rmSync(directory, { recursive: true, force: true });
  rmSync(home, { recursive: true, force: true });
}
