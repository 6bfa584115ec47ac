// Why a step will run or not, before anything runs: its key against the accepted outcomes, and against the nearest earlier key.
import type { Explanation } from "@heddle/schema/api";
import { compile } from "@heddle/schema/compile";
import type { Graph } from "@heddle/schema/graph";
import type { Issue } from "@heddle/schema/issue";
import type { Fact } from "@heddle/schema/node";
import type { PlanStep } from "@heddle/schema/plan";
import { keyOf, type Ingredients } from "@heddle/step/key";
import { Misfit, retype } from "@heddle/step/retype";
import type { Outputs, Records, StoredKey } from "./database/records.ts";
import { differences, sentenceOf } from "./keys.ts";
import { chainDigests, chainsInto } from "./pipelines.ts";
import { arrivedAt, ingredientsOf, specOf, type Parts } from "./step.ts";

interface Question {
  readonly parts: Parts;
  readonly records: Records;
  readonly lineage: string;
  readonly facts: Readonly<Record<string, Fact>>;
}

type Planned = Question & { readonly steps: ReadonlyMap<string, PlanStep> };

export async function explainAll(asked: Question, graph: Graph, issues: readonly Issue[]): Promise<Explanation[]> {
  const question = { ...asked, parts: { ...asked.parts, implementations: asked.parts.implementations.now() } };
  const estimates = new Map<string, Promise<number | undefined>>();
  const blocked = blockedNodes(graph, issues);
  const sound = Object.fromEntries(Object.entries(graph.nodes).filter(([id]) => !blocked.has(id)));
  const { plan } = compile({ ...graph, nodes: sound }, question.parts.catalogue, question.facts);
  const steps = new Map(plan?.steps.map((step) => [step.node, step]));
  const results = new Map<string, Outputs>();
  const explained = new Map<string, Explanation>();
  for (const step of plan?.steps ?? []) {
    const estimated = estimates.get(step.type) ?? estimate(question.records, step.type);
    estimates.set(step.type, estimated);
    const ms = await estimated;
    const told = await explainStep({ ...question, steps }, step, results).catch((error: unknown): Explanation => {
      if (!(error instanceof Misfit)) throw error;
      return { node: step.node, state: "blocked", sentence: error.message, changes: [] };
    });
    const explanation = { ...told, ...(ms !== undefined && { ms }) };
    explained.set(step.node, explanation);
    if (explanation.state === "cached" && explanation.outputs) results.set(step.node, explanation.outputs);
  }
  return Object.keys(graph.nodes).map((node): Explanation => {
    const because = blocked.get(node);
    const sentence = because ?? "the graph has an issue";
    return explained.get(node) ?? { node, state: "blocked", sentence, changes: [] };
  });
}

/** Nodes with an issue, and everything below them, with the reason. */
function blockedNodes(graph: Graph, issues: readonly Issue[]): Map<string, string> {
  const blocked = new Map<string, string>();
  for (const { node, severity, message } of issues) {
    if (node !== undefined && severity === "error" && !blocked.has(node)) blocked.set(node, message);
  }
  const below = new Map<string, string[]>();
  for (const [id, node] of Object.entries(graph.nodes)) {
    for (const reference of Object.values(node.in ?? {}).flat()) {
      const from = reference.split(".", 1)[0] ?? "";
      below.set(from, [...(below.get(from) ?? []), id]);
    }
  }
  const queue = [...blocked.keys()];
  for (const id of queue) {
    for (const next of below.get(id) ?? []) {
      if (blocked.has(next)) continue;
      blocked.set(next, `waits for ${id}, which has an issue`);
      queue.push(next);
    }
  }
  return blocked;
}

async function explainStep(
  question: Planned,
  step: PlanStep,
  results: ReadonlyMap<string, Outputs>,
): Promise<Explanation> {
  const { parts, records, facts, steps } = question;
  const { node } = step;
  const spec = specOf(parts, step);
  const fact = facts[node];
  const needs = Object.values(step.inputs).flatMap((edges) => edges.map((edge) => edge.node));
  const waitsFor = needs.find((need) => !results.has(need));
  if (waitsFor !== undefined) {
    // Its inputs are not known yet; what the user changed on the node itself is.
    const ingredients = ingredientsOf(parts, step, { digests: {} }, fact);
    const before = await records.lastKeyOf(question.lineage, node, step.type);
    const own = before ? differences(before.ingredients, ingredients).filter(({ what }) => what !== "input") : [];
    const also = own.length > 0 ? `; ${sentenceOf(own)}` : "";
    return { node, state: "waits", sentence: `waits for ${waitsFor}, which will run${also}`, changes: own };
  }
  const arrived = arrivedAt(step, results);
  if (spec.peeks === true && fact === undefined) {
    return { node, state: "run", sentence: "its source is looked at when it runs", changes: [] };
  }
  retype(step, spec, arrived, fact);
  const through = { parts, steps, results, facts };
  const digests = chainDigests(through, chainsInto(through, step));
  const ingredients = ingredientsOf(parts, step, arrived, fact, digests);
  const key = keyOf(ingredients);
  if (step.determinism === "volatile") {
    return { node, state: "run", key, sentence: "runs every time", changes: [] };
  }
  const outcome = await records.outcome(key);
  if (outcome) {
    const outputs = { ...outcome.outputs };
    return {
      node,
      state: "cached",
      key,
      sentence: `cached since ${moment(outcome.accepted)}`,
      changes: [],
      outputs,
    };
  }
  const before = await nearestKey(question, step, ingredients);
  const changes = before && before.key !== key ? differences(before.ingredients, ingredients) : [];
  const sentence =
    before === undefined ? "has not run yet" : before.key === key ? "has no finished result yet" : sentenceOf(changes);
  return { node, state: "run", key, sentence, changes };
}

/** The key that this node of this graph had last; for a new node, the most similar key of its type. */
async function nearestKey(
  { records, lineage }: Question,
  step: PlanStep,
  ingredients: Ingredients,
): Promise<StoredKey | undefined> {
  const last = await records.lastKeyOf(lineage, step.node, step.type);
  if (last) return last;
  let nearest: StoredKey | undefined;
  let fewest = Infinity;
  for (const candidate of await records.keysOfType(step.type, 50)) {
    const { length } = differences(candidate.ingredients, ingredients);
    if (length < fewest) [nearest, fewest] = [candidate, length];
  }
  return nearest;
}

async function estimate(records: Records, type: string): Promise<number | undefined> {
  const durations = (await records.durations(type)).sort((a, b) => a - b);
  return durations[Math.floor(durations.length / 2)];
}

const day = (at: number) => new Intl.DateTimeFormat("sv-SE", { dateStyle: "short" }).format(at);

/** `today 16:02`, `yesterday 16:02`, `2026-11-03 16:02`, in local time. */
export function moment(time: number, now = Date.now()): string {
  const clock = new Intl.DateTimeFormat("sv-SE", { timeStyle: "short" }).format(time);
  if (day(time) === day(now)) return `today ${clock}`;
  if (day(time) === day(now - 86_400_000)) return `yesterday ${clock}`;
  return `${day(time)} ${clock}`;
}
