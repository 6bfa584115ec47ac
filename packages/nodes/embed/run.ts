import { files as builtin } from "@heddle/builtin/embedder";
import { embedderFacets } from "@heddle/builtin/embedder-facets";
import { readBuiltin } from "@heddle/builtin/read";
import { openEmbedder } from "@heddle/inference/embedder";
import { openClient } from "@heddle/llm-client/client";
import { memorySource } from "@heddle/onnx/file-source";
import type { Batch } from "@heddle/schema/batch";
import { valueColumn, vectorColumn } from "@heddle/schema/column";
import type { MapOpen, OpenContext } from "@heddle/schema/node";
import { endpointEmbedder, type Params } from "./spec.ts";

/** Who makes the vectors. */
interface Maker extends AsyncDisposable {
  /** The `embedder` facet of what it makes. */
  readonly embedder: string;
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}

export const open: MapOpen<Params> = async (context) => {
  const { params, wired } = context;
  const maker = wired("endpoint") ? await openEndpoint(context) : await openModel(context);
  return {
    reads: [params.column],
    process: async (batch) => ({ rows: { set: { [params.into]: await vectorsOf(batch, maker, params) } } }),
    close: async () => maker[Symbol.asyncDispose](),
  };
};

/** The model that is wired, or the built-in one. */
async function openModel({ params, files, wired, threads, signal }: OpenContext<Params>): Promise<Maker> {
  const { as, prefix, dimensions } = params;
  const folder = wired("model") ? files("model") : { ...(await builtinFolder(signal)), facets: embedderFacets };
  const { embedder: fingerprint } = folder.facets;
  const embedder = await openEmbedder(folder, {
    threads,
    ...(dimensions > 0 && { size: dimensions }),
    ...(prefix !== undefined && { prompts: { [as]: prefix } }),
    ...(typeof fingerprint === "string" && { fingerprint }),
  });
  return {
    embedder: embedder.fingerprint,
    embed: (texts) => embedder.embed(texts, as, { signal }),
    [Symbol.asyncDispose]: () => embedder[Symbol.asyncDispose](),
  };
}

async function builtinFolder(signal: AbortSignal) {
  const files = Object.entries(builtin).map(async ([name, url]) => [name, await readBuiltin(url, signal)] as const);
  return memorySource(Object.fromEntries(await Promise.all(files)));
}

async function openEndpoint({ params, endpoint, signal }: OpenContext<Params>): Promise<Maker> {
  const { prefix = "", dimensions, endpoint_model: asked, concurrency, retries, timeout_s } = params;
  const served = await endpoint("endpoint");
  const model = asked === "" ? served.model : asked;
  const client = openClient({ ...served, model }, { signal, concurrency, retries, timeout_s });
  return {
    embedder: endpointEmbedder(model, params),
    async embed(texts) {
      const vectors = await client.embed(
        texts.map((text) => prefix + text),
        dimensions > 0 ? { dimensions } : {},
      );
      const [first] = vectors;
      if (first && dimensions > 0 && first.length !== dimensions) {
        throw new Error(
          `embed: ${model} gave ${first.length} numbers where ${dimensions} were asked for; set dimensions to 0`,
        );
      }
      return vectors;
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function vectorsOf({ length, columns }: Batch, maker: Maker, { column: name }: Params) {
  const column = columns[name];
  if (!column) throw new Error(`embed: the rows have no column ${name}`);
  const texts: string[] = [];
  const absent = new Uint8Array(length);
  for (let row = 0; row < length; row++) {
    const text = column.at(row);
    if (typeof text === "string") texts.push(text);
    else if (text === null) absent[row] = 1;
    else throw new Error(`embed: row ${row} of column ${name} holds no text; choose a column of strings`);
  }
  const vectors = texts.length === 0 ? [] : await maker.embed(texts);
  return pack(vectors, absent, { embedder: maker.embedder });
}

/** One column of all vectors, with none where a row has no text. */
function pack(vectors: readonly Float32Array[], absent: Uint8Array, facets: { embedder: string }) {
  const size = vectors[0]?.length;
  if (size === undefined) {
    return valueColumn(
      { kind: "vector", facets },
      Array.from(absent, () => null),
    );
  }
  const data = new Float32Array(absent.length * size);
  let next = 0;
  for (const [row, isAbsent] of absent.entries()) {
    if (isAbsent === 1) continue;
    const vector = vectors[next++];
    if (vector?.length !== size)
      throw new Error(`embed: vectors of ${size} and ${vector?.length} numbers came in one answer`);
    data.set(vector, row * size);
  }
  return vectorColumn(size, data, facets, absent.includes(1) ? absent : undefined);
}
