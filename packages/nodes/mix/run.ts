import type { Batch, RowsInput } from "@heddle/schema/batch";
import { applyOutput } from "@heddle/schema/column";
import type { WholeRun } from "@heddle/schema/node";
import { tableOf, takeRows } from "@heddle/schema/table";
import { conform, unifySchemas } from "@heddle/schema/unify";
import type { RowSchema } from "@heddle/schema/type";
import type { z } from "zod";
import { draws, weightsOf } from "./draws.ts";
import type { params } from "./spec.ts";

const batchRows = 4096;

export const run: WholeRun<z.infer<typeof params>> = async ({ params, manyRows, outRows, signal, progress, log }) => {
  const inputs = manyRows("rows");
  const { schema, faults } = unifySchemas(
    inputs.map((input) => input.schema),
    "refuse",
  );
  if (faults[0] !== undefined) throw new Error(faults[0]);
  const sizes = inputs.map(({ count }) => count);
  const weights = params.weights.length > 0 ? params.weights : weightsOf(sizes, params.temperature);
  const readers = inputs.map((input) => new Reader(input, schema));
  const output = outRows("rows", schema);
  const drawn = sizes.map(() => 0);
  let picks: number[] = [];
  let done = 0;

  async function flush(): Promise<void> {
    signal.throwIfAborted();
    await output.write(await takePicked(picks, readers, schema));
    done += picks.length;
    progress(done, params.count || undefined, "rows");
    picks = [];
  }
  for (const input of draws({ ...params, sizes, weights })) {
    drawn[input]!++;
    if (picks.push(input) === batchRows) await flush();
  }
  if (picks.length > 0) await flush();
  drawn.forEach((rows, i) =>
    log(`input ${i + 1}: ${rows} of its ${sizes[i]} rows${rows > sizes[i]! ? ", repeating" : ""}`),
  );
};

/** The next rows of the inputs that were picked, in the order of the picks. */
async function takePicked(picks: readonly number[], readers: readonly Reader[], schema: RowSchema): Promise<Batch> {
  const pieces: Batch[] = [];
  const nextRow: number[] = [];
  let first = 0;
  for (const [input, reader] of readers.entries()) {
    const wanted = picks.filter((pick) => pick === input).length;
    nextRow.push(first);
    pieces.push(...(await reader.take(wanted)));
    first += wanted;
  }
  const rows = Uint32Array.from(picks, (input) => nextRow[input]!++);
  return takeRows(tableOf(schema, pieces), rows);
}

/** The rows of an input one after the other, and from the start again. */
class Reader {
  private readonly input: RowsInput;
  private readonly schema: RowSchema;
  private batches: AsyncIterator<Batch> | undefined;
  private batch: Batch | undefined;
  private from = 0;

  constructor(input: RowsInput, schema: RowSchema) {
    this.input = input;
    this.schema = schema;
  }

  /** The input must have rows. */
  async take(count: number): Promise<Batch[]> {
    const taken: Batch[] = [];
    for (let left = count; left > 0;) {
      const batch = await this.current();
      const size = Math.min(left, batch.length - this.from);
      const { from } = this;
      taken.push(applyOutput(batch, { take: Uint32Array.from({ length: size }, (_, i) => from + i) }));
      this.from += size;
      left -= size;
    }
    return taken;
  }

  private async current(): Promise<Batch> {
    while (!this.batch || this.from >= this.batch.length) {
      this.batches ??= this.input.batches()[Symbol.asyncIterator]();
      const next = await this.batches.next();
      this.from = 0;
      this.batch = next.done ? undefined : conform(next.value, this.schema);
      if (next.done) this.batches = undefined;
    }
    return this.batch;
  }
}
