import { accepted, compileCondition } from "@heddle/cel/predicate";
import type { GraphLibrary } from "@heddle/retrieval/graph";
import { openIndex, type SearchIndex } from "@heddle/retrieval/search-index";
import type { Found } from "@heddle/retrieval/top";
import type { VectorDatabase } from "@heddle/retrieval/vector-database";
import type { Batch, Column, Value } from "@heddle/schema/batch";
import { valueColumn } from "@heddle/schema/column";
import type { MapOpen, OpenContext } from "@heddle/schema/node";
import { modeOf, rowsSchema, type Mode } from "./agreement.ts";
import { diversify } from "./diversify.ts";
import { fuseWordings, fuseParts } from "./parts.ts";
import { hitsType, type Params } from "./spec.ts";

/** What Node has and a browser has not. */
export interface Libraries {
  readonly graph: GraphLibrary;
  readonly database: VectorDatabase;
}

export function openRetrieve(libraries: Libraries | undefined): MapOpen<Params> {
  return async (context) => {
    const { params, types, threads, secret } = context;
    const index = await openIndex(context.files("index"), {
      threads,
      library: libraries?.graph,
      expansion: params.ef > 0 ? params.ef : undefined,
      ...(libraries && {
        async openTable(table, options) {
          if (params.database === "")
            throw new Error("database: the index's vectors lie in a database; name the secret with its address");
          return libraries.database.open(await secret(params.database), table, options);
        },
      }),
    });
    const rows = rowsSchema(types.inputs["rows"]);
    const mode = modeOf(params, rows, types.inputs["index"]) ?? index.description.kind;
    const mask = maskOf(index, context);
    const type = hitsType(index.description.schema);
    const hits = hitsOf(index);
    const read = [params.query, params.queries, params.vector].filter((name) => Object.hasOwn(rows.columns, name));
    return {
      reads: read,
      async process(batch) {
        const found = await search(index, mode, batch, params, mask);
        const chosen =
          params.mmr_lambda < 1 ? await Promise.all(found.map((one) => diversify(index, mode, one, params))) : found;
        return { rows: { set: { [params.into]: valueColumn(type, chosen.map(hits)) } } };
      },
      close: () => index.close(),
    };
  };
}

function maskOf(index: SearchIndex, { params: { where }, log }: OpenContext<Params>): Uint8Array | undefined {
  if (where.trim() === "") return undefined;
  const { values, failure } = compileCondition(where, index.description.schema).judge(index.rows);
  if (failure) log(`where cannot be told of some documents, which are not searched; the first: ${failure.reason}`);
  return values.map((verdict) => (verdict === accepted ? 1 : 0));
}

/** What each row of the batch finds, by every part of the mode, fused. */
async function search(
  index: SearchIndex,
  mode: Mode,
  { length, columns }: Batch,
  params: Params,
  mask: Uint8Array | undefined,
): Promise<Found[]> {
  const { k, candidates, mmr_lambda: lambda } = params;
  const wide = mode === "hybrid" || lambda < 1 ? Math.max(k, candidates) : k;
  const words = mode === "dense" ? [] : Array.from({ length }, (_, row) => wordings(columns, params, row));
  const byWords = words.map((texts) =>
    fuseWordings(
      texts.map((text) => index.searchText(text, texts.length > 1 ? Math.max(k, candidates) : wide, mask)),
      wide,
      params.rrf_k,
    ),
  );
  const byVectors = mode === "bm25" ? [] : await searchVectors(index, columns[params.vector], length, wide, mask);
  if (mode !== "hybrid") return mode === "bm25" ? byWords : byVectors;
  const limit = lambda < 1 ? wide : k;
  return byWords.map((found, row) => fuseParts(found, byVectors[row]!, limit, params));
}

/** The query and the other wordings of it, without repetitions. */
function wordings(columns: Batch["columns"], { query, queries }: Params, row: number): string[] {
  const more = columns[queries]?.at(row) ?? [];
  const all: Value[] = [columns[query]?.at(row) ?? null, ...(Array.isArray(more) ? more : [])];
  return [...new Set(all.filter((text): text is string => typeof text === "string" && text !== ""))];
}

async function searchVectors(
  index: SearchIndex,
  column: Column | undefined,
  length: number,
  k: number,
  mask: Uint8Array | undefined,
): Promise<Found[]> {
  const none: Found = { documents: new Uint32Array(0), scores: new Float64Array(0) };
  const given = Array.from({ length }, (_, row) => column?.at(row) ?? null);
  const vectors = given.filter((vector) => vector instanceof Float32Array);
  const size = vectors[0]?.length ?? 0;
  if (size === 0) return given.map(() => none);
  const data = new Float32Array(vectors.length * size);
  vectors.forEach((vector, i) => data.set(vector, i * size));
  const found = (await index.searchVectors({ size, data }, k, mask)).values();
  return given.map((vector) => (vector === null ? none : (found.next().value ?? none)));
}

/** Hits with the rows that the index keeps. */
function hitsOf({ rows }: SearchIndex): (found: Found) => Value {
  const columns = Object.entries(rows.columns);
  return ({ documents, scores }) =>
    Array.from(documents, (document, i) => {
      const hit: Record<string, Value> = { id: null, score: scores[i]!, text: null };
      for (const [name, column] of columns) hit[name] = column.at(document);
      return hit;
    });
}
