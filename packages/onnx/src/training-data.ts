// From token sequences to padded batches, and which sequences an optimizer step sees. The order is a function of seed and epoch
// alone, so a resumed run needs nothing but its step number to go on with the same data.
import type { Batch } from "./batch.ts";
import { seededRandom, shuffled } from "./random.ts";

/** One row to learn from, or several packed documents. */
export interface TrainingExample {
  readonly ids: Int32Array;
  /** 1 where the token is to be predicted; absent: all. */
  readonly mask?: ArrayLike<number> | undefined;
  /** Document numbers of a packed row, from 1; attention and targets stay inside a document. */
  readonly segments?: ArrayLike<number> | undefined;
}

/** Runs [start, end) of neighbouring scored tokens of one document, with where that document begins. */
export function* scoredRuns({ ids, mask, segments }: TrainingExample) {
  const isScored = (at: number) => mask === undefined || mask[at] === 1;
  const begins = (at: number) => at === 0 || (segments !== undefined && segments[at] !== segments[at - 1]);
  let document = 0;
  let start = -1;
  for (let at = 0; at <= ids.length; at++) {
    const border = at === ids.length || begins(at);
    if (start >= 0 && (border || !isScored(at))) {
      yield { document, start, end: at };
      start = -1;
    }
    if (border) document = at;
    else if (start < 0 && isScored(at)) start = at;
  }
}

/** Tokens that give a loss: all but the first of a document, and only where the mask says so. */
export function targetCount(example: TrainingExample): number {
  let count = 0;
  for (const { start, end } of scoredRuns(example)) count += end - start;
  return count;
}

/** Keeps the start of rows that are longer than `maxLength`. */
export function truncated(example: TrainingExample, maxLength: number): TrainingExample {
  const { ids, mask, segments } = example;
  if (ids.length <= maxLength) return example;
  return {
    ids: ids.subarray(0, maxLength),
    mask: mask === undefined ? undefined : Array.from(mask).slice(0, maxLength),
    segments: segments === undefined ? undefined : Array.from(segments).slice(0, maxLength),
  };
}

/** Pads on the right to the longest example; pads are segment 0 and never a target. */
export function toBatch(examples: readonly TrainingExample[], padId = 0): Batch {
  const size = examples.length;
  const length = Math.max(...examples.map(({ ids }) => ids.length));
  const ids = new Int32Array(size * length).fill(padId);
  const labels = new Int32Array(size * length).fill(-100);
  const packed = examples.some(({ segments }) => segments !== undefined);
  const segments = packed ? new Int32Array(size * length) : undefined;
  examples.forEach((example, row) => {
    const start = row * length;
    ids.set(example.ids, start);
    for (let at = 0; at < example.ids.length; at++) {
      if (segments !== undefined) segments[start + at] = example.segments?.[at] ?? 1;
      const inside = at > 0 && example.segments?.[at] === example.segments?.[at - 1];
      if (inside && (example.mask === undefined || example.mask[at] === 1))
        labels[start + at] = example.ids[at] ?? padId;
    }
  });
  return { size, length, ids, labels, ...(segments === undefined ? {} : { segments }) };
}

/** Cuts examples into batches of `size`, neighbours in length together so that little is padded. */
export function toBatches(examples: readonly TrainingExample[], size: number, padId = 0): Batch[] {
  const byLength = [...examples].sort((a, b) => b.ids.length - a.ids.length);
  const batches: Batch[] = [];
  for (let start = 0; start < byLength.length; start += size) {
    batches.push(toBatch(byLength.slice(start, start + size), padId));
  }
  return batches;
}

export interface Sampler {
  /** Optimizer steps in one pass over the data; the last may be smaller. */
  readonly stepsPerEpoch: number;
  /** Row numbers that optimizer step `step` (from 0) learns from. */
  rows(step: number): Uint32Array;
}

/** Every epoch shuffles anew from (seed, epoch). `perStep`: rows of one optimizer step, all micro-batches together. */
export function openSampler(count: number, perStep: number, seed: number): Sampler {
  const stepsPerEpoch = Math.ceil(count / perStep);
  let epoch = -1;
  let order = new Uint32Array();
  return {
    stepsPerEpoch,
    rows(step) {
      const wanted = Math.floor(step / stepsPerEpoch);
      if (wanted !== epoch) {
        epoch = wanted;
        order = new Uint32Array(shuffled(count, seededRandom(seed, epoch)));
      }
      const start = (step % stepsPerEpoch) * perStep;
      return order.slice(start, start + perStep);
    },
  };
}

/** Rows of a table, as schema's RowsInput gives them. */
export interface TokenRows {
  readonly schema: { readonly columns: Readonly<Record<string, unknown>> };
  batches(options: { columns: readonly string[] }): AsyncIterable<{
    readonly length: number;
    readonly columns: Readonly<Record<string, { at(row: number): unknown }>>;
  }>;
}

function numbersOf(value: unknown, row: number, column: string, length: number): Int32Array | undefined {
  if (value === null || value === undefined) return undefined;
  const numbers =
    value instanceof Int32Array ? value : Array.isArray(value) ? Int32Array.from(value, Number) : undefined;
  if (numbers === undefined)
    throw new Error(`rows: ${column} of row ${row + 1} is not a list; tokenize the rows again`);
  if (numbers.length !== length) {
    throw new Error(
      `rows: ${column} of row ${row + 1} has ${numbers.length} entries for ${length} ids; tokenize the rows again`,
    );
  }
  return numbers;
}

/**
 * Reads the columns ids, mask and segments, the latter two where they are there. Rows without ids are left out. `port`: the input's
 * name, where it must not be empty; throws one line that names it where nothing comes of it.
 */
export async function readExamples(rows: TokenRows, port?: string): Promise<TrainingExample[]> {
  const columns = ["ids", "mask", "segments"].filter((name) => Object.hasOwn(rows.schema.columns, name));
  const examples: TrainingExample[] = [];
  let before = 0;
  for await (const batch of rows.batches({ columns })) {
    for (let at = 0; at < batch.length; at++) {
      const row = before + at;
      const ids = batch.columns["ids"]?.at(at);
      if (ids === null || ids === undefined) continue;
      if (!(ids instanceof Int32Array))
        throw new Error(`rows: ids of row ${row + 1} are no token ids; tokenize the rows first`);
      const mask = numbersOf(batch.columns["mask"]?.at(at), row, "mask", ids.length);
      const segments = numbersOf(batch.columns["segments"]?.at(at), row, "segments", ids.length);
      examples.push({ ids, mask, segments });
    }
    before += batch.length;
  }
  if (port !== undefined && before === 0)
    throw new Error(`input ${port}: the rows are empty; wire rows, or see at the nodes before why they leave none`);
  if (port !== undefined && examples.length === 0)
    throw new Error(`input ${port}: none of the ${before} rows has token ids; tokenize the rows first`);
  return examples;
}
