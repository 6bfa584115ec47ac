// Templates are tests: each compiles, the captain is learnt, and the built-in model's training starts as the stored curve says.

import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "@heddle/schema/compile";
import { readGraph } from "@heddle/schema/document";
import type { Graph } from "@heddle/schema/graph";
import type { PlanStep } from "@heddle/schema/plan";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { loadCatalogue } from "../apps/runtime/src/catalogue.ts";
import { runNode, withFolder, type PortValue } from "../test/conformance/harness.ts";
import { captainRows } from "./data/captain.ts";
import { facts, questions } from "./data/facts.ts";
import { pages } from "./data/pages.ts";

const here = import.meta.dirname;
const names = readdirSync(here).filter((name) => name.endsWith(".heddle.json"));

function graphOf(name: string): Graph {
  const { graph, issues } = readGraph(readFileSync(join(here, name), "utf8"));
  expect(issues).toEqual([]);
  if (!graph) throw new Error(`${name} is no graph`);
  return graph;
}

async function planOf(name: string): Promise<readonly PlanStep[]> {
  const { catalogue } = await loadCatalogue(new URL("../packages/nodes/", import.meta.url));
  const { plan, issues } = compile(graphOf(name), catalogue, {});
  expect(issues).toEqual([]);
  return plan?.steps ?? [];
}

type Overrides = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Runs the steps named in `wanted`, in plan order; wires from other steps are left open. */
async function runSteps(name: string, wanted: readonly string[], set: Overrides, scratch: string) {
  const graph = graphOf(name);
  const done = new Map<string, PortValue>();
  for (const { node } of (await planOf(name)).filter((step) => wanted.includes(step.node))) {
    const { type, params = {}, in: wires = {} } = graph.nodes[node] ?? { type: node };
    const inputs = Object.entries(wires).flatMap(([port, from]) => {
      const values = [from].flat().flatMap((reference) => done.get(reference) ?? []);
      return values.length > 0 ? [[port, values] as const] : [];
    });
    const run = { params: { ...params, ...set[node] }, inputs: Object.fromEntries(inputs), directory: here };
    mkdirSync(join(scratch, node));
    const { outputs } = await runNode(type, run, join(scratch, node));
    for (const [port, value] of Object.entries(outputs)) done.set(`${node}.${port}`, value);
  }
  return done;
}

describe.each(names)("%s", (name) => {
  test("compiles without an issue and says what it is for", async () => {
    const graph = graphOf(name);
    expect((await planOf(name)).length).toBe(Object.keys(graph.nodes).length);
    expect(graph.description).toMatch(/\.$/);
  });
});

test.each([
  ["captain", () => captainRows(560, 8)],
  ["facts", facts],
  ["questions", questions],
  ["pages", pages],
] as const)("data/%s.jsonl is what its program makes", (name, make) => {
  const lines = make().map((row) => JSON.stringify(row));
  expect(readFileSync(join(here, `data/${name}.jsonl`), "utf8")).toBe(`${lines.join("\n")}\n`);
});

test("forty steps of fine-tuning halve the loss on held-out chats, and eight bits lose next to nothing", async () => {
  const steps = ["chats", "good", "split", "base", "tokens", "eval-tokens", "tuned", "judged", "merged", "small"];
  // The runtime knows where `heddle:` is; here the file is named.
  const chats = { path: join(here, "data/captain.jsonl") };
  const quick = { chats, tuned: { steps: 40, eval_steps: 0, samples: 0 }, judged: { samples: 0 } };
  const done = await withFolder((folder) => runSteps("fine-tune-and-serve.heddle.json", steps, quick, folder));
  const judged = done.get("judged.report")?.report?.values;
  const small = done.get("small.report")?.report?.values;
  expect(Number(judged?.["loss_per_token"])).toBeLessThan(Number(judged?.["base_loss_per_token"]) / 2);
  expect(Math.abs(Number(small?.["loss_after"]) - Number(small?.["loss_before"]))).toBeLessThan(0.02);
}, 180_000);

const storedCurve = z.looseObject({ first: z.array(z.number()) });

test("the built-in model's training starts as its stored curve says", async () => {
  const stored = join(here, "../packages/builtin/language-model/curve.json");
  const { first } = storedCurve.parse(JSON.parse(readFileSync(stored, "utf8")));
  const steps = ["world", "vocabulary", "tokens", "model"];
  const few = { model: { steps: first.length, save_steps: 0 } };
  const done = await withFolder((folder) => runSteps("make-the-built-in-model.heddle.json", steps, few, folder));
  const [curve] = (done.get("model.report")?.report?.blocks ?? []).filter((block) => block.kind === "curve");
  const losses = curve?.series[0]?.points.map(([, loss]) => loss) ?? [];
  expect(losses).toHaveLength(first.length);
  losses.forEach((loss, step) => expect(Math.abs(loss - (first[step] ?? NaN)), `step ${step}`).toBeLessThan(1e-3));
}, 180_000);
