// Generates token by token: a graph over new tokens whose keys and values are written into caches in place.
import { cacheMask } from "./batch.ts";
import { emitModel } from "./emit.ts";
import { checkIds, createRopeFeeds, vector, weightFeeds, type Feeds } from "./feeds.ts";
import { buildCachedForward, buildLogits, inputWeights, maskName, windowsOf } from "./forward.ts";
import { fuse } from "./fuse.ts";
import { addOutput, createGraph } from "./ir.ts";
import type { Adapter } from "./lora.ts";
import type { Model } from "./model.ts";
import { floats } from "./scorer.ts";
import { createSession } from "@heddle/onnx/session";
import type { SessionOptions, TensorValue } from "./session-types.ts";

/** The caches of a batch of sequences in the making. */
export type DecodeState = {
  /** Column at which each row begins; columns before it are padding. */
  readonly starts: readonly number[];
  /** Columns filled so far. */
  length: number;
  /** Columns there are. */
  capacity: number;
  /** `cache.<layer>.k` and `.v`: [B·kvHeads·capacity, D]. */
  caches: Feeds;
};

export type Decoder = {
  vocabSize: number;
  contextLength: number;
  /** Reads a batch of prompts, each at least one token; logits [B, V] of the token after each. */
  prefill(
    prompts: readonly (readonly number[])[],
    options?: { capacity?: number },
  ): Promise<{ state: DecodeState; logits: Float32Array }>;
  /** Appends one token to every row; logits [B, V] of the next. */
  step(state: DecodeState, ids: readonly number[]): Promise<Float32Array>;
  /** Row i becomes a copy of what row `rows[i]` is; their prompts must have been of one length. */
  select(state: DecodeState, rows: readonly number[]): void;
  release(): Promise<void>;
};

export type DecoderOptions = SessionOptions & { adapter?: Adapter };

/** A decoder of the model, with the adapter applied where one is given. Several states may be alive at once. */
export async function createDecoder(
  { architecture, weights }: Model,
  { adapter, ...options }: DecoderOptions = {},
): Promise<Decoder> {
  const graph = createGraph();
  const source = inputWeights(graph, architecture, adapter);
  addOutput("logits", buildLogits(buildCachedForward(graph, architecture, source), architecture, source));
  const session = await createSession(emitModel(fuse(graph)), options);
  const known = weightFeeds(weights, adapter);
  const ropeFeeds = createRopeFeeds(architecture);
  const windows = windowsOf(architecture);
  const { contextLength } = architecture;
  const { kvHeads = 1 } = architecture.layers[0] ?? {};

  /** Runs `ids` [B, T] at the columns after the state's and returns the logits of each row's last token. */
  const advance = async (state: DecodeState, ids: Int32Array): Promise<Float32Array> => {
    checkIds(ids, architecture.vocabSize);
    const batch = state.starts.length;
    const length = ids.length / batch;
    const past = state.length;
    if (past + length > contextLength) {
      throw new Error(`decoder: ${past + length} tokens exceed the model's context of ${contextLength}`);
    }
    if (past + length > state.capacity) grow(state, past + length);
    const { capacity, starts } = state;
    const feeds: Feeds = {
      ...known,
      ...state.caches,
      ...ropeFeeds(past + length),
      ids: { data: ids, dims: [batch, length] },
      positions: { data: positionsAt(starts, past, length), dims: [batch, length] },
      rows: vector(Int32Array.from(starts, (_, row) => (row + 1) * length - 1)),
      "cache.rows": vector(cacheRows(state, kvHeads, length)),
    };
    for (const window of windows) {
      const reach = window === undefined ? {} : { window };
      feeds[maskName(window)] = cacheMask(starts, { past, length, capacity, ...reach });
    }
    const into = Object.fromEntries(Object.entries(state.caches).map(([name, value]) => [`${name}.next`, value]));
    const outputs = await session.run(feeds, into);
    for (const name of Object.keys(state.caches)) state.caches[name] = required(outputs, `${name}.next`);
    state.length = past + length;
    return floats(outputs["logits"]);
  };

  /** Moves the caches to at least `columns` columns. */
  const grow = (state: DecodeState, columns: number): void => {
    const wider = Math.min(contextLength, Math.max(columns, 2 * state.capacity));
    for (const [name, { data, dims }] of Object.entries(state.caches)) {
      const width = dims[1] ?? 1;
      const blocks = (dims[0] ?? 0) / state.capacity;
      const moved = new Float32Array(blocks * wider * width);
      for (let block = 0; block < blocks; block++) {
        const from = block * state.capacity * width;
        if (data instanceof Float32Array)
          moved.set(data.subarray(from, from + state.length * width), block * wider * width);
      }
      state.caches[name] = { data: moved, dims: [blocks * wider, width] };
    }
    state.capacity = wider;
  };

  return {
    vocabSize: architecture.vocabSize,
    contextLength,
    async prefill(prompts, { capacity = 0 } = {}) {
      const length = Math.max(...prompts.map((prompt) => prompt.length));
      if (prompts.some((prompt) => prompt.length === 0)) throw new Error("decoder: a prompt is empty");
      const ids = new Int32Array(prompts.length * length);
      for (const [row, prompt] of prompts.entries()) ids.set(prompt, (row + 1) * length - prompt.length);
      const columns = Math.min(contextLength, Math.max(capacity, length + 32));
      const caches: Feeds = {};
      for (const [index, { headDim }] of architecture.layers.entries()) {
        const dims = [prompts.length * kvHeads * columns, headDim];
        for (const part of ["k", "v"]) {
          caches[`cache.${index}.${part}`] = { data: new Float32Array((dims[0] ?? 0) * headDim), dims };
        }
      }
      const starts = prompts.map((prompt) => length - prompt.length);
      const state: DecodeState = { starts, length: 0, capacity: columns, caches };
      return { state, logits: await advance(state, ids) };
    },
    step: (state, ids) => advance(state, Int32Array.from(ids)),
    select(state, rows) {
      if (rows.every((from, row) => from === row)) return;
      for (const [name, { data, dims }] of Object.entries(state.caches)) {
        if (!(data instanceof Float32Array)) continue;
        const size = data.length / rows.length;
        const moved = new Float32Array(data.length);
        for (const [row, from] of rows.entries()) moved.set(data.subarray(from * size, (from + 1) * size), row * size);
        state.caches[name] = { data: moved, dims };
      }
    },
    release: () => session.release(),
  };
}

/** int32 [B, T]: each row counts from its start; padding counts as 0. */
function positionsAt(starts: readonly number[], past: number, length: number): Int32Array {
  const positions = new Int32Array(starts.length * length);
  for (const [row, start] of starts.entries()) {
    for (let t = 0; t < length; t++) positions[row * length + t] = Math.max(0, past + t - start);
  }
  return positions;
}

/** int32 [B·kvHeads·T]: rows of the flat caches that new keys and values of each row, head and column go to. */
function cacheRows({ starts, length: past, capacity }: DecodeState, kvHeads: number, length: number): Int32Array {
  const blocks = starts.length * kvHeads;
  const rows = new Int32Array(blocks * length);
  for (let block = 0; block < blocks; block++) {
    for (let t = 0; t < length; t++) rows[block * length + t] = block * capacity + past + t;
  }
  return rows;
}

function required(outputs: Record<string, TensorValue>, name: string): TensorValue {
  const value = outputs[name];
  if (!value) throw new Error(`graph output ${name} is missing`);
  return value;
}
