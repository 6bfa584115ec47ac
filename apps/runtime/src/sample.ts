// The first rows of what a node gives, for the preview in the tab: of a source by its own `sample`, of anything else by the outcome that
// the cache already has. Nothing is run, and nothing is fetched from the network.
import { pathToFileURL } from "node:url";
import type { ExplainResponse, SampleResponse } from "@heddle/schema/api";
import type { ArtifactSummary } from "@heddle/schema/artifact";
import type { Batch } from "@heddle/schema/batch";
import { digestOf } from "@heddle/schema/canonical";
import type { Graph } from "@heddle/schema/graph";
import type { Sample } from "@heddle/schema/node";
import type { RowSchema } from "@heddle/schema/type";
import { workOf } from "@heddle/schema/upstream";
import { cell, type Json } from "@heddle/step/cell";
import { peekContext } from "./facts.ts";
import { NetworkOff } from "./fetch.ts";
import { rowsInput } from "./rows.ts";
import type { Parts } from "./step.ts";
import type { Store } from "./store.ts";

export const sampleRows = 200;
/** A sample of long documents is cut before it weighs the page down. */
const sampleCharacters = 8 << 20;
const patienceMs = 20_000;

type SampledOutput = SampleResponse["outputs"][string];
type Explain = (
  document: Graph,
  directory: string,
  options: { readonly graph: string; readonly to: readonly string[] },
) => Promise<ExplainResponse>;

export function sampling(parts: Parts, explain: Explain) {
  return {
    /** Unknown node: undefined. `id`: of the stored graph. */
    async sample(graph: Graph, directory: string, node: string, id: string): Promise<SampleResponse | undefined> {
      const found = graph.nodes[node];
      if (found === undefined) return undefined;
      const work = workOf(graph, node);
      const own = await sourceSample(parts, found, directory).catch((error: Error) => error);
      if (own !== undefined && !(own instanceof Error)) return { work, outputs: own, reason: null };
      const { steps } = await explain(graph, directory, { graph: id, to: [node] });
      const cached = steps.find((step) => step.node === node)?.outputs;
      if (cached !== undefined) return { work, outputs: await outcomeSample(parts.store, cached), reason: null };
      return { work, outputs: {}, reason: reasonOf(own) };
    },
  };
}

function reasonOf(failure: Error | undefined): string {
  if (failure === undefined)
    return "it needs the runtime: run it once, and what is below it is previewed from its result";
  if (failure instanceof NetworkOff) return "its source is on the network, which a preview does not use: run it once";
  return failure.message;
}

/** Undefined where the node has no sample of its own. */
async function sourceSample(
  { catalogue, modules, roots, home }: Parts,
  { type, params = {} }: Graph["nodes"][string],
  directory: string,
): Promise<Record<string, SampledOutput> | undefined> {
  const parsed = catalogue.get(type)?.params.safeParse(params);
  const path = modules.get(type)?.peek;
  if (parsed?.success !== true || path === undefined) return undefined;
  const { sample }: { sample?: Sample<Record<string, unknown>> } = await import(pathToFileURL(path).href);
  if (sample === undefined) return undefined;
  const sources = { directory, roots, memo: home.memo };
  const batches = await sample(parsed.data, peekContext(sources, false, AbortSignal.timeout(patienceMs)), sampleRows);
  return Object.fromEntries(
    Object.entries(batches).map(([port, batch]) => [port, rowsOutput(schemaOf(batch), batch, undefined)]),
  );
}

function schemaOf({ columns }: Batch): RowSchema {
  return { columns: Object.fromEntries(Object.entries(columns).map(([name, { type }]) => [name, type])), open: false };
}

/** `digest`: of the artifact that these rows begin; a source's sample has one of its own. */
function rowsOutput(schema: RowSchema, batch: Batch, digest: string | undefined): SampledOutput {
  const columns = Object.entries(schema.columns);
  const rows: Json[][] = [];
  let characters = 0;
  for (let row = 0; row < Math.min(batch.length, sampleRows) && characters < sampleCharacters; row++) {
    const cells = columns.map(([name, type]) => cell(type, batch.columns[name]?.at(row) ?? null));
    characters += JSON.stringify(cells).length;
    rows.push(cells);
  }
  const type = { kind: "rows" as const, schema };
  return { type, digest: digest ?? digestOf([type, rows]), rows };
}

async function outcomeSample(
  store: Store,
  outputs: Readonly<Record<string, ArtifactSummary>>,
): Promise<Record<string, SampledOutput>> {
  const sampled = Object.entries(outputs).map(async ([port, { digest }]) => {
    const manifest = await store.manifest(digest);
    if (manifest === undefined) throw new Error(`artifact ${digest} is not in the store`);
    const { type, files, report } = manifest;
    if (type.kind !== "rows") {
      const listed = files?.map(({ path, size }) => ({ path, size }));
      return [port, { type, digest, ...(listed && { files: listed }), ...(report && { report }) }] as const;
    }
    const [first] = await Array.fromAsync(firstBatch(rowsInput(store, manifest).batches()));
    return [port, rowsOutput(type.schema, first ?? { length: 0, columns: {} }, digest)] as const;
  });
  return Object.fromEntries(await Promise.all(sampled));
}

async function* firstBatch(batches: AsyncIterable<Batch>): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    yield batch;
    return;
  }
}
