// Samples that the runtime gives, for the worker: asked for once the server knows the document, kept while what they were made of holds.
import { apiError, sampleResponse, type SampleResponse } from "@heddle/schema/api";
import type { Facts } from "@heddle/schema/compile";
import { columnOf } from "@heddle/schema/column";
import type { Graph } from "@heddle/schema/graph";
import { NeedsRuntime } from "@heddle/schema/node";
import { workOf } from "@heddle/schema/upstream";
import { valueOf } from "@heddle/step/cell";
import type { HeldFiles } from "@heddle/step/memory";
import type { Sampled } from "@heddle/step/preview";
import type { Artifact } from "@heddle/step/workshop";

interface Question {
  readonly node: string;
  readonly work: string;
  readonly answer: PromiseWithResolvers<Sampled>;
  settled: "no" | "outputs" | "reason";
}

export interface RuntimeSamples {
  sample(graph: Graph, node: string): Promise<Sampled>;
  /** The document has changed, so the server is behind. */
  changed(graph: Graph, facts: Facts): void;
  /** The server has caught up: open questions are asked, and those answered by "nothing" may be asked again. */
  saved(graph: Graph): void;
}

export function runtimeSamples(id: () => string): RuntimeSamples {
  const questions = new Map<string, Question>();
  const identities = new Map<string, string>();
  let isSaved = false;

  async function ask(question: Question): Promise<void> {
    const { node, work, answer } = question;
    const response = await fetch(`/api/graphs/${encodeURIComponent(id())}/sample`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ node }),
    });
    const body: unknown = await response.json();
    const sampled = sampleResponse.safeParse(body);
    if (!sampled.success) {
      question.settled = "reason";
      answer.resolve({
        reason: apiError.safeParse(body).data?.error ?? `the runtime gave no sample: status ${response.status}`,
      });
      return;
    }
    // The server has an older document: asked again when it has caught up.
    if (sampled.data.work !== work) return;
    const { outputs, reason } = sampled.data;
    question.settled = reason === null ? "outputs" : "reason";
    answer.resolve(reason === null ? { outputs: artifactsOf(outputs) } : { reason });
  }

  const begin = (question: Question) => void ask(question).catch(question.answer.reject);

  return {
    sample(graph, node) {
      const work = workOf(graph, node);
      const before = questions.get(work);
      if (before) return before.answer.promise;
      const question: Question = { node, work, answer: Promise.withResolvers(), settled: "no" };
      questions.set(work, question);
      if (isSaved) begin(question);
      return question.answer.promise;
    },
    changed(graph, facts) {
      isSaved = false;
      for (const [node, { identity }] of Object.entries(facts)) {
        if (!Object.hasOwn(graph.nodes, node)) continue;
        const work = workOf(graph, node);
        // The source's content is another one now.
        if ((identities.get(work) ?? identity) !== identity) questions.delete(work);
        identities.set(work, identity);
      }
    },
    saved(graph) {
      isSaved = true;
      const current = new Set(Object.keys(graph.nodes).map((node) => workOf(graph, node)));
      for (const [work, question] of questions) {
        if (question.settled === "reason" || !current.has(work)) questions.delete(work);
        else if (question.settled === "no") begin(question);
      }
    },
  };
}

type SampledOutput = SampleResponse["outputs"][string];

function artifactsOf(outputs: SampleResponse["outputs"]): Record<string, Artifact> {
  return Object.fromEntries(Object.entries(outputs).map(([port, output]) => [port, artifactOf(output)]));
}

function artifactOf({ type, digest, rows, files, report }: SampledOutput): Artifact {
  if (type.kind === "rows" && rows !== undefined) {
    const columns = Object.entries(type.schema.columns).map(([name, column], at) => [
      name,
      columnOf(
        column,
        rows.map((row) => valueOf(column, row[at])),
      ),
    ]);
    return { type, digest, batches: [{ length: rows.length, columns: Object.fromEntries(columns) }], of: rows.length };
  }
  return { type, digest, ...(report && { report }), ...(files && { files: fetchedFiles(digest, files) }) };
}

/** More than this is not loaded into a tab. */
const largestFile = 256 << 20;

/** An artifact's files, fetched whole when they are first read. */
function fetchedFiles(digest: string, files: readonly { path: string; size: number }[]): HeldFiles {
  const fetched = new Map<string, Promise<Uint8Array>>();
  async function load(path: string): Promise<Uint8Array> {
    const file = files.find((one) => one.path === path);
    if (file === undefined)
      throw new Error(`there is no file ${path}: there are ${files.map((one) => one.path).join(", ")}`);
    if (file.size > largestFile)
      throw new NeedsRuntime(
        `${path} has ${Math.round(file.size / 2 ** 20)} MB, too much for a preview in the tab: run it`,
      );
    const response = await fetch(`/api/artifacts/${digest}/files/${path.split("/").map(encodeURIComponent).join("/")}`);
    if (!response.ok) throw new Error(`${path} cannot be fetched: status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }
  const read = (path: string): Promise<Uint8Array> => {
    const loading = fetched.get(path) ?? load(path);
    fetched.set(path, loading);
    return loading;
  };
  return {
    list: async () => files,
    read,
    readRange: async (path, start, end) => (await read(path)).subarray(start, end),
  };
}
