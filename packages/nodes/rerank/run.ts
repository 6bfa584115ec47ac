import { openCrossEncoder } from "@heddle/inference/cross-encoder";
import { openClient } from "@heddle/llm-client/client";
import type { Value } from "@heddle/schema/batch";
import { valueColumn } from "@heddle/schema/column";
import type { MapOpen, OpenContext } from "@heddle/schema/node";
import { rerankedType, type Params } from "./spec.ts";

/** Scores of texts for a query, in their order; higher is better. */
interface Scorer extends AsyncDisposable {
  /** Queries may be asked at the same time; the engine here has no more threads than one query uses. */
  readonly isRemote: boolean;
  score(query: string, texts: readonly string[]): Promise<number[]>;
}

type Hit = Readonly<Record<string, Value>>;

export const open: MapOpen<Params> = async (context) => {
  const { params, wired, types } = context;
  if (!wired("model") && !wired("endpoint")) throw new Error("rerank: wire a cross-encoder or an endpoint");
  const scorer = wired("endpoint") ? await openEndpoint(context) : await openModel(context);
  const { rows } = types.inputs;
  const declared = rows?.kind === "rows" ? rows.schema.columns[params.hits] : undefined;
  return {
    reads: [params.query, params.hits],
    async process({ length, columns }) {
      const [queries, hits] = [columns[params.query], columns[params.hits]];
      if (!queries || !hits) throw new Error(`rerank: the rows have no columns ${params.query} and ${params.hits}`);
      const one = async (row: number): Promise<readonly Hit[] | null> => {
        const query = queries.at(row);
        const list = hitsOf(hits.at(row), row);
        return list === null || typeof query !== "string" ? list : rerank(query, list, scorer, params);
      };
      const sorted: (readonly Hit[] | null)[] = [];
      if (scorer.isRemote) sorted.push(...(await Promise.all(Array.from({ length }, (_, row) => one(row)))));
      else for (let row = 0; row < length; row++) sorted.push(await one(row));
      return { rows: { set: { [params.hits]: valueColumn(rerankedType(declared ?? hits.type, params), sorted) } } };
    },
    close: async () => scorer[Symbol.asyncDispose](),
  };
};

async function openModel({ files, threads, signal }: OpenContext<Params>): Promise<Scorer> {
  const encoder = await openCrossEncoder(files("model"), { threads });
  return {
    isRemote: false,
    score: (query, texts) => encoder.score(query, texts, signal),
    [Symbol.asyncDispose]: () => encoder[Symbol.asyncDispose](),
  };
}

async function openEndpoint({ params, endpoint, signal }: OpenContext<Params>): Promise<Scorer> {
  const { endpoint_model: asked, concurrency, retries, timeout_s } = params;
  const served = await endpoint("endpoint");
  const client = openClient(asked === "" ? served : { ...served, model: asked }, {
    signal,
    concurrency,
    retries,
    timeout_s,
  });
  return {
    isRemote: true,
    score: (query, texts) => client.rerank(query, texts),
    async [Symbol.asyncDispose]() {},
  };
}

function hitsOf(value: Value, row: number): Hit[] | null {
  if (value === null) return null;
  if (!Array.isArray(value)) throw new Error(`rerank: row ${row} has no list of hits`);
  return value.map((hit: Value) => {
    if (!isHit(hit)) throw new Error(`rerank: row ${row} has a hit without fields`);
    return hit;
  });
}

function isHit(value: Value): value is Hit {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

/** Best first; hits of one score stay in the order they came in. A hit without text is read as an empty one. */
async function rerank(query: string, hits: readonly Hit[], scorer: Scorer, params: Params): Promise<Hit[]> {
  if (hits.length === 0) return [];
  const { keep_score_as: kept, top_n: most } = params;
  const texts = hits.map(({ text }) => (typeof text === "string" ? text : ""));
  const scores = await scorer.score(query, texts);
  const scored = hits.map((hit, i) => {
    const { score: first } = hit;
    return { ...hit, score: scores[i] ?? 0, ...(kept !== "" && first !== undefined && { [kept]: first }) };
  });
  scored.sort((a, b) => b.score - a.score);
  return most === 0 ? scored : scored.slice(0, most);
}
