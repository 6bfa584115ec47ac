// Static embeddings: the mean of the vectors of a text's tokens, no network at all (model2vec; Tulkens and van Dongen 2024).
import { isRecord, type FileSource } from "@heddle/onnx/file-source";
import { openSafetensors, type Safetensors } from "@heddle/onnx/safetensors";
import type { Tokenizer } from "@heddle/text/tokenizer";
import { readTokenizer } from "@heddle/text/tokenizer-files";
import type { Vectors } from "./embedder.ts";
import type { StaticLayout } from "./embedder-layout.ts";
import { turns } from "./turns.ts";

type Table = {
  readonly size: number;
  /** [rows, size]. */
  readonly rows: Float32Array;
  /** Row of a token; absent: its id. */
  readonly mapping: Float32Array | undefined;
  /** Factor of a token; absent: 1. */
  readonly weights: Float32Array | undefined;
};

/** `folder` is where weights and tokenizer lie. */
export async function openStaticVectors(folder: FileSource, layout: StaticLayout): Promise<Vectors> {
  const tokenizer = await readTokenizer(folder);
  const table = await readTable(await openSafetensors(folder), layout, tokenizer.vocabularySize);
  const isModel2vec = layout.style === "model2vec";
  const unknownId = isModel2vec ? unknownToken(tokenizer) : undefined;
  const most = layout.maxLength ?? Infinity;
  const longest = most * medianTokenLength(tokenizer);
  return {
    async embed(texts, hooks) {
      const turn = turns(hooks.signal);
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        const { ids } = tokenizer.encode(firstCharacters(text, longest), { special: false, maxLength: most });
        vectors.push(mean(table, ids, unknownId));
        if (await turn()) hooks.onProgress?.(vectors.length);
      }
      hooks.onProgress?.(vectors.length);
      return vectors;
    },
    release: async () => {},
  };
}

async function readTable(stored: Safetensors, { style, size }: StaticLayout, vocabulary: number): Promise<Table> {
  const name = style === "model2vec" ? "embeddings" : "embedding.weight";
  const optional = async (tensor: string) => (stored.has(tensor) ? await stored.float32(tensor) : undefined);
  const rows = await stored.float32(name);
  const [mapping, weights] = [await optional("mapping"), await optional("weights")];
  const { file, shape } = stored.info(name);
  const known = mapping?.length ?? shape[0] ?? 0;
  if (known < vocabulary) {
    throw new Error(
      `${file}: has vectors for ${known} tokens, but the tokenizer has ${vocabulary}; use the tokenizer of this model`,
    );
  }
  return { size, rows, mapping, weights };
}

function mean({ size, rows, mapping, weights }: Table, ids: Int32Array, unknownId: number | undefined): Float32Array {
  const sum = new Float32Array(size);
  let count = 0;
  for (const id of ids) {
    if (id === unknownId) continue;
    count++;
    const start = (mapping?.[id] ?? id) * size;
    const weight = weights?.[id] ?? 1;
    for (let i = 0; i < size; i++) sum[i]! += weight * rows[start + i]!;
  }
  if (count > 1) for (let i = 0; i < size; i++) sum[i]! /= count;
  return sum;
}

function unknownToken({ json, tokenToId }: Tokenizer): number | undefined {
  const model = isRecord(json["model"]) ? json["model"] : {};
  const { unk_token: token, unk_id: id } = model;
  if (typeof token === "string") return tokenToId(token);
  return typeof id === "number" ? id : undefined;
}

/** In characters, over the vocabulary: model2vec cuts a long text by it before it tokenizes. */
function medianTokenLength(tokenizer: Tokenizer): number {
  const lengths: number[] = [];
  for (let id = 0; id < tokenizer.vocabularySize; id++) {
    const token = tokenizer.idToToken(id);
    if (token !== undefined) lengths.push([...token].length);
  }
  lengths.sort((a, b) => a - b);
  const middle = lengths.length / 2;
  return Math.floor(((lengths[Math.ceil(middle) - 1] ?? 1) + (lengths[Math.floor(middle)] ?? 1)) / 2);
}

/** The first `most` code points. */
function firstCharacters(text: string, most: number): string {
  if (text.length <= most) return text;
  let end = 0;
  for (let count = 0; count < most && end < text.length; count++) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}
