// Runs an encoder over batches of whole sequences, padded on the right.
import type { EncoderArchitecture, EncoderContext } from "./architectures/encoder-family.ts";
import { emitModel } from "./emit.ts";
import type { EncoderModel } from "./encoder-model.ts";
import { checkIds, vector, weightFeeds, type Feeds } from "./feeds.ts";
import { fuse } from "./fuse.ts";
import { addInput, addOutput, createGraph, type Graph, type Tensor } from "./ir.ts";
import { applyLinear } from "./lora.ts";
import { add, constant, gather, matmul, reshape, softmax, transpose } from "./ops.ts";
import type { Weights } from "./safetensors.ts";
import { floats } from "./scorer.ts";
import { createSession } from "@heddle/onnx/session";
import type { Session, SessionOptions } from "./session-types.ts";

/** Token ids of one text, special tokens included, and the kind of each token where the model has kinds (absent: all 0). */
export type EncoderInput = { readonly ids: ArrayLike<number>; readonly types?: ArrayLike<number> };

export type Encoder = {
  readonly architecture: EncoderArchitecture;
  /** Final hidden states [B, T, C], T the longest sequence; what stands behind a shorter sequence's end means nothing. */
  hidden(batch: readonly EncoderInput[]): Promise<{ data: Float32Array; length: number }>;
  /** Logits [B, labels] of a model with a classification head. */
  classify(batch: readonly EncoderInput[]): Promise<Float32Array>;
  release(): Promise<void>;
};

/** Added to the scores of padding. */
const MASKED = -1e30;

export type EncoderOptions = SessionOptions & {
  /**
   * Weights up to this size, 256 MiB, are part of the graph: onnxruntime packs them once instead of in every run (up to 4 % of MiniLM's
   * time), and in a browser inputs are copied in every run. Larger ones stay inputs, used where they lie: a graph is held several times
   * while it loads.
   */
  heldBytes?: number;
};

/** Graphs are built on first use. */
export function createEncoder({ architecture, weights }: EncoderModel, options: EncoderOptions = {}): Encoder {
  const { heldBytes = 256 * 2 ** 20 } = options;
  const sessions: { hidden?: Promise<Session>; logits?: Promise<Session> } = {};
  const bytes = Array.from(weights.values(), ({ data }) => data.byteLength).reduce((a, b) => a + b, 0);
  const held = bytes <= heldBytes ? weights : undefined;
  const known = held ? {} : weightFeeds(weights);
  const feed = (batch: readonly EncoderInput[]): { feeds: Feeds; length: number } => {
    const { feeds, length } = batchFeeds(architecture, batch);
    return { feeds: { ...known, ...feeds }, length };
  };
  return {
    architecture,
    async hidden(batch) {
      sessions.hidden ??= createSession(buildHidden(architecture, held), options);
      const { feeds, length } = feed(batch);
      const outputs = await (await sessions.hidden).run(feeds);
      return { data: floats(outputs["hidden"]), length };
    },
    async classify(batch) {
      if (architecture.labels.length === 0) throw new Error("the model has no classification head");
      sessions.logits ??= createSession(buildClassifier(architecture, held), options);
      const { feeds, length } = feed(batch);
      const first = vector(Int32Array.from(batch, (_, row) => row * length));
      const outputs = await (await sessions.logits).run({ ...feeds, first });
      return floats(outputs["logits"]);
    },
    async release() {
      await (await sessions.hidden)?.release();
      await (await sessions.logits)?.release();
    },
  };
}

function batchFeeds(
  architecture: EncoderArchitecture,
  batch: readonly EncoderInput[],
): { feeds: Feeds; length: number } {
  const { contextLength, vocabSize, firstPosition, tokenTypes } = architecture;
  const length = Math.max(...batch.map(({ ids }) => ids.length));
  if (batch.some(({ ids }) => ids.length === 0)) throw new Error("encoder: a sequence is empty");
  if (length > contextLength) {
    throw new Error(`encoder: ${length} tokens exceed the model's context of ${contextLength}; truncate the text`);
  }
  const dims = [batch.length, length];
  const ids = new Int32Array(batch.length * length);
  const types = new Int32Array(batch.length * length);
  const mask = new Float32Array(batch.length * length).fill(MASKED);
  for (const [row, input] of batch.entries()) {
    ids.set(input.ids, row * length);
    if (input.types && tokenTypes > 1) types.set(input.types, row * length);
    mask.fill(0, row * length, row * length + input.ids.length);
  }
  checkIds(ids, vocabSize);
  return {
    length,
    feeds: {
      ids: { data: ids, dims },
      positions: vector(Int32Array.from({ length }, (_, t) => firstPosition + t)),
      mask: { data: mask, dims: [batch.length, 1, 1, length] },
      ...(tokenTypes > 0 ? { types: { data: types, dims } } : {}),
    },
  };
}

/** Inputs: ids (and types) int32 [B, T], positions int32 [T], mask [B, 1, 1, T], and weights by name where they are not held. */
function createContext(graph: Graph, architecture: EncoderArchitecture, held: Weights | undefined): EncoderContext {
  const shapes = new Map(architecture.weights.map(({ name, shape }) => [name, shape]));
  const linears = new Map(architecture.linears.map((linear) => [linear.module, linear]));
  const made = new Map<string, Tensor>();
  const weight = (name: string): Tensor => {
    const shape = shapes.get(name);
    if (!shape) throw new Error(`the architecture has no weight ${name}`);
    const data = held?.get(name)?.data;
    const tensor = made.get(name) ?? (data ? constant(graph, data, shape) : addInput(graph, name, "float32", shape));
    made.set(name, tensor);
    return tensor;
  };
  const ids = addInput(graph, "ids", "int32", ["B", "T"]);
  const positions = addInput(graph, "positions", "int32", ["T"]);
  const mask = addInput(graph, "mask", "float32", ["B", 1, 1, "T"]);
  return {
    ids,
    positions,
    ...(architecture.tokenTypes > 0 ? { types: addInput(graph, "types", "int32", ["B", "T"]) } : {}),
    rows: "B*T",
    weight,
    linear: (x, module) => {
      const spec = linears.get(module);
      if (!spec) throw new Error(`the architecture has no linear layer ${module}`);
      const bias = spec.bias ? { bias: weight(`${module}.bias`) } : {};
      return applyLinear(x, { weight: weight(`${module}.weight`), transposed: spec.transposed, ...bias });
    },
    attention: (q, k, v) => attend(q, k, v, mask, architecture),
  };
}

function attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, { attention }: EncoderArchitecture): Tensor {
  const { heads, headDim, scale } = attention;
  const split = (x: Tensor): Tensor => transpose(reshape(x, ["B", "T", heads, headDim]), [0, 2, 1, 3]);
  const scores = matmul(split(q), split(k), { transB: true, alpha: scale });
  const attended = matmul(softmax(add(scores, mask)), split(v));
  return reshape(transpose(attended, [0, 2, 1, 3]), ["B*T", heads * headDim]);
}

function buildHidden(architecture: EncoderArchitecture, held: Weights | undefined): Uint8Array {
  const graph = createGraph();
  const hidden = architecture.forward(createContext(graph, architecture, held));
  addOutput("hidden", hidden);
  return emitModel(fuse(graph));
}

function buildClassifier(architecture: EncoderArchitecture, held: Weights | undefined): Uint8Array {
  const graph = createGraph();
  const context = createContext(graph, architecture, held);
  const hidden = architecture.forward(context);
  const first = addInput(graph, "first", "int32", ["B"]);
  addOutput("logits", architecture.classify(context, gather(hidden, first)));
  return emitModel(fuse(graph));
}
