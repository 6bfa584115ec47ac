// Turns batches into the inputs that forward.ts declares. Tables and masks that repeat from run to run are kept.
import type { Architecture } from "./architectures/family.ts";
import { QUERY_CHUNKS } from "./attention.ts";
import { attentionMask, findPositions, padLength, type Batch } from "./batch.ts";
import { maskName, windowsOf } from "./forward.ts";
import { adapterWeights, type Adapter } from "./lora.ts";
import { ropeTables } from "./rope.ts";
import type { Weights } from "./safetensors.ts";
import type { TensorValue } from "./session-types.ts";

export type Feeds = Record<string, TensorValue>;

/** Rope inputs for positions below `positions`; grown by doubling and reused. */
export function createRopeFeeds({ ropes }: Architecture): (positions: number) => Feeds {
  let held = 0;
  let feeds: Feeds = {};
  return (positions) => {
    if (positions <= held) return feeds;
    held = 2 ** Math.ceil(Math.log2(Math.max(positions, 64)));
    feeds = {};
    for (const [id, rope] of Object.entries(ropes)) {
      const dims = [held, rope.frequencies.length];
      const { cos, sin } = ropeTables(rope, held);
      feeds[`rope.${id}.cos`] = { data: cos, dims };
      feeds[`rope.${id}.sin`] = { data: sin, dims };
    }
    return feeds;
  };
}

/** The batch at a length that attention's chunks divide; ids and length are checked against the model. */
export function prepareBatch({ contextLength, vocabSize }: Architecture, batch: Batch): Batch {
  if (batch.length > contextLength) {
    const length = `${batch.length} tokens exceed the model's context of ${contextLength}`;
    throw new Error(`batch: ${length}; truncate the sequences`);
  }
  checkIds(batch.ids, vocabSize);
  return padLength(batch, QUERY_CHUNKS);
}

export function checkIds(ids: ArrayLike<number>, vocabSize: number): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] ?? -1;
    if (id >= 0 && id < vocabSize) continue;
    throw new Error(`token id ${id} is outside the vocabulary of ${vocabSize}; use the tokenizer of this model`);
  }
}

/** ids, positions, masks and rope tables of whole sequences. The plain causal mask of the last length is reused. */
export function createSequenceFeeds(architecture: Architecture): (batch: Batch) => Feeds {
  const ropeFeeds = createRopeFeeds(architecture);
  const causal = new Map<string, { length: number; value: TensorValue }>();
  const maskOf = (batch: Batch, window: number | undefined): TensorValue => {
    if (batch.mask || batch.segments) return attentionMask(batch, window);
    const name = maskName(window);
    const known = causal.get(name);
    if (known?.length === batch.length) return known.value;
    const value = attentionMask(batch, window);
    causal.set(name, { length: batch.length, value });
    return value;
  };
  return (batch) => {
    // Padding may reach past the context; its positions only need to exist.
    const last = architecture.contextLength - 1;
    const dims = [batch.size, batch.length];
    const feeds: Feeds = {
      ids: { data: batch.ids, dims },
      positions: { data: findPositions(batch).map((position) => Math.min(position, last)), dims },
      ...ropeFeeds(batch.length),
    };
    for (const window of windowsOf(architecture)) feeds[maskName(window)] = maskOf(batch, window);
    return feeds;
  };
}

export function weightFeeds(weights: Weights, adapter: Adapter = new Map()): Feeds {
  const feeds: Feeds = {};
  for (const [name, { data, shape }] of [...weights, ...adapterWeights(adapter)]) feeds[name] = { data, dims: shape };
  return feeds;
}

export function vector(data: Int32Array | Float32Array): TensorValue {
  return { data, dims: [data.length] };
}

export function scalar(value: number): TensorValue {
  return { data: Float32Array.of(value), dims: [] };
}
