// check, plan and explain: what is known of a graph without running it.
import { compile } from "@heddle/schema/compile";
import type { Graph } from "@heddle/schema/graph";
import type { Issue } from "@heddle/schema/issue";
import type { PlanStep } from "@heddle/schema/plan";
import { printType } from "@heddle/schema/print";
import type { Composition } from "../composition.ts";
import { connect, type Work } from "../connect.ts";
import { readGraphFile, UsageError } from "../graph-file.ts";
import { reachesOf } from "../../reach.ts";
import { duration, issueLine, namedLines, reachLines } from "../words.ts";

interface InspectOptions {
  readonly set: readonly string[];
  readonly json?: true;
}

export const isError = (issue: Issue) => issue.severity === "error";

/** Reads the document and hands it, with a way to ask about it, to `use`; a document that does not parse ends here. */
async function withGraph(
  composition: Composition,
  file: string,
  options: InspectOptions,
  use: (graph: Graph, directory: string, work: Work, issues: readonly Issue[]) => Promise<void>,
): Promise<void> {
  const { graph, issues, directory } = await readGraphFile(file, options.set);
  if (graph === undefined) {
    printIssues(issues, options);
    return;
  }
  const work = await connect(composition);
  try {
    await use(graph, directory, work, issues);
  } finally {
    await work.close();
  }
}

export function printIssues(issues: readonly Issue[], { json }: { readonly json?: true }): void {
  if (json) console.log(JSON.stringify({ issues }, null, 2));
  else for (const issue of issues) console.log(issueLine(issue));
  if (issues.some(isError)) process.exitCode = 2;
}

/** Everything that is wrong with a graph: the document, its sources, its wiring. */
export async function allIssues(
  composition: Composition,
  work: Work,
  { graph, directory, issues }: { graph: Graph; directory: string; issues: readonly Issue[] },
): Promise<Issue[]> {
  const { catalogue } = await composition.load();
  const peeked = await work.facts(graph, directory);
  return [...issues, ...compile(graph, catalogue, peeked.facts).issues, ...peeked.issues];
}

export async function check(composition: Composition, file: string, options: InspectOptions): Promise<void> {
  await withGraph(composition, file, options, async (graph, directory, work, issues) => {
    const all = await allIssues(composition, work, { graph, directory, issues });
    printIssues(all, options);
    const size = Object.keys(graph.nodes).length;
    const { catalogue } = await composition.load();
    if (!options.json) for (const line of namedLines(reachesOf(graph, catalogue))) console.log(line);
    if (!options.json && !all.some(isError)) console.log(`${file} is valid: ${size} ${size === 1 ? "node" : "nodes"}`);
  });
}

const stepLine = (step: PlanStep) => {
  const takes = Object.entries(step.inputs).map(
    ([port, from]) => `${port} ← ${from.map((f) => `${f.node}.${f.port}`).join(", ")}`,
  );
  const gives = Object.entries(step.outputs).map(([port, type]) => `  ${port}: ${printType(type)}`);
  return [
    `${step.node} (${step.type}, ${step.determinism})${takes.length > 0 ? `  ${takes.join(" · ")}` : ""}`,
    ...gives,
  ].join("\n");
};

export async function plan(composition: Composition, file: string, options: InspectOptions): Promise<void> {
  await withGraph(composition, file, options, async (graph, directory, work, parseIssues) => {
    const { catalogue } = await composition.load();
    const peeked = await work.facts(graph, directory);
    const compiled = compile(graph, catalogue, peeked.facts);
    const issues = [...parseIssues, ...compiled.issues, ...peeked.issues];
    if (options.json) console.log(JSON.stringify({ steps: compiled.plan?.steps ?? [], issues }, null, 2));
    else {
      for (const step of compiled.plan?.steps ?? []) console.log(stepLine(step));
      for (const issue of issues) console.log(issueLine(issue));
    }
    if (issues.some(isError)) process.exitCode = 2;
  });
}

export async function explain(
  composition: Composition,
  file: string,
  node: string | undefined,
  options: InspectOptions,
): Promise<void> {
  await withGraph(composition, file, options, async (graph, directory, work, parseIssues) => {
    if (node !== undefined && graph.nodes[node] === undefined) {
      throw new UsageError(`the graph has no node ${node}; it has ${Object.keys(graph.nodes).join(", ")}`);
    }
    const answer = await work.explain(graph, directory);
    const issues = [...parseIssues, ...answer.issues];
    const steps = answer.steps.filter((step) => node === undefined || step.node === node);
    if (options.json) console.log(JSON.stringify({ steps, issues, reach: answer.reach }, null, 2));
    else {
      for (const line of node === undefined ? reachLines(answer.reach) : []) console.log(line);
      for (const step of steps) {
        const took = step.state === "run" && step.ms !== undefined ? `, about ${duration(step.ms)}` : "";
        const state = step.sentence.startsWith(step.state) ? "" : `${step.state}${took} — `;
        console.log(`${step.node}: ${state}${step.sentence}`);
        for (const change of step.changes) {
          console.log(
            `  ${change.what} ${change.name}: ${JSON.stringify(change.before)} → ${JSON.stringify(change.after)}`,
          );
        }
      }
      for (const issue of issues) console.log(issueLine(issue));
    }
    if (issues.some(isError)) process.exitCode = 2;
  });
}
