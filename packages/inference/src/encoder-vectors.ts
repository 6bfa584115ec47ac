// Vectors of texts by an encoder: tokens in batches of like length, states pooled, dense layers over them.
import { createEncoder, type Encoder } from "@heddle/onnx/encoder";
import { readEncoderFolder } from "@heddle/onnx/encoder-model";
import type { FileSource } from "@heddle/onnx/file-source";
import { pool } from "@heddle/onnx/pooling";
import { openSafetensors } from "@heddle/onnx/safetensors";
import type { SessionOptions } from "@heddle/onnx/session-types";
import { readTokenizer } from "@heddle/text/tokenizer-files";
import type { Vectors } from "./embedder.ts";
import { within, type DenseLayout, type EncoderLayout } from "./embedder-layout.ts";
import { batchesByLength } from "./encoder-batches.ts";
import { turns } from "./turns.ts";

/** Padded tokens of a batch on a processor: measured fastest with MiniLM between 512 and 1,024 (Zen 4, 1 MB of cache a core). */
const processorTokens = 768;
const graphicsTokens = 8192;

type Dense = DenseLayout & { readonly weight: Float32Array; readonly offset: Float32Array | undefined };

export async function openEncoderVectors(
  folder: FileSource,
  layout: EncoderLayout,
  session: SessionOptions,
): Promise<Vectors> {
  const tokenizer = await readTokenizer(folder);
  const encoder = createEncoder(await readEncoderFolder(folder), session);
  const dense: Dense[] = [];
  for (const one of layout.dense) dense.push(await readDense(folder, one));
  const tokens = session.provider === "webgpu" ? graphicsTokens : processorTokens;
  return {
    async embed(texts, { signal, onProgress }) {
      const turn = turns(signal);
      const sequences: Int32Array[] = [];
      for (const text of texts) {
        const cased = layout.lowerCases ? text.toLowerCase() : text;
        sequences.push(tokenizer.encode(cased, { maxLength: layout.maxLength }).ids);
        await turn();
      }
      const vectors: Float32Array[] = texts.map(() => new Float32Array(layout.size));
      let done = 0;
      for (const batch of batchesByLength(
        sequences.map(({ length }) => length),
        tokens,
      )) {
        const filled = batch.filter((row) => sequences[row]?.length);
        const states = await statesOf(
          encoder,
          filled.map((row) => sequences[row] ?? new Int32Array()),
        );
        for (const [i, row] of filled.entries()) {
          const pooled = pool(states.of(i), states.size, sequences[row]?.length ?? 0, layout.pooling);
          vectors[row] = dense.reduce(applyDense, pooled);
        }
        done += batch.length;
        onProgress?.(done);
        await turn();
      }
      return vectors;
    },
    release: () => encoder.release(),
  };
}

async function statesOf(encoder: Encoder, sequences: readonly Int32Array[]) {
  const size = encoder.architecture.hiddenSize;
  if (sequences.length === 0) return { size, of: () => new Float32Array() };
  const { data, length } = await encoder.hidden(sequences.map((ids) => ({ ids })));
  return { size, of: (row: number) => data.subarray(row * length * size, (row + 1) * length * size) };
}

async function readDense(folder: FileSource, layout: DenseLayout): Promise<Dense> {
  const stored = await openSafetensors(within(folder, layout.at));
  const weight = await stored.float32("linear.weight");
  if (weight.length !== layout.inputs * layout.outputs) {
    throw new Error(
      `${layout.at}config.json: says ${layout.inputs} × ${layout.outputs}, but the weights are of another size`,
    );
  }
  return { ...layout, weight, offset: layout.bias ? await stored.float32("linear.bias") : undefined };
}

function applyDense(x: Float32Array, { inputs, outputs, weight, offset, activation }: Dense): Float32Array {
  const y = new Float32Array(outputs);
  for (let row = 0; row < outputs; row++) {
    let sum = offset?.[row] ?? 0;
    for (let i = 0, at = row * inputs; i < inputs; i++, at++) sum += weight[at]! * x[i]!;
    y[row] = activate(sum, activation);
  }
  return y;
}

function activate(x: number, activation: DenseLayout["activation"]): number {
  switch (activation) {
    case "Identity":
      return x;
    case "Tanh":
      return Math.tanh(x);
    case "ReLU":
      return Math.max(0, x);
    default:
      return activation satisfies never;
  }
}
