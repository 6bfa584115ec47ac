// All rows of an input in memory, still packed as they came, and batches of any of them in any order.
import type { Batch, RowsInput } from "./batch.ts";
import { batchOf, concat, gather } from "./column.ts";
import type { RowSchema } from "./type.ts";

export interface Table {
  readonly schema: RowSchema;
  readonly length: number;
  readonly batches: readonly Batch[];
  /** Number of the first row of each batch. */
  readonly starts: readonly number[];
}

/** Holds the whole input (or only `columns` of it): for work whose result depends on every row. */
export async function readTable(
  input: RowsInput,
  { signal, columns }: { readonly signal: AbortSignal; readonly columns?: readonly string[] },
): Promise<Table> {
  const batches: Batch[] = [];
  for await (const batch of input.batches(columns && { columns })) {
    signal.throwIfAborted();
    if (batch.length > 0) batches.push(batch);
  }
  return tableOf(input.schema, batches);
}

export function tableOf(schema: RowSchema, batches: readonly Batch[]): Table {
  const starts: number[] = [];
  let length = 0;
  for (const batch of batches) {
    starts.push(length);
    length += batch.length;
  }
  return { schema, length, batches, starts };
}

/** The rows with these numbers, in this order; a number may come more than once. */
export function takeRows({ schema, batches, starts }: Table, rows: Uint32Array): Batch {
  if (rows.length === 0) return batchOf(schema, []);
  const wanted = new Map<number, { readonly local: number[]; readonly places: number[] }>();
  rows.forEach((row, place) => {
    const of = batchOfRow(starts, row);
    let list = wanted.get(of);
    if (!list) wanted.set(of, (list = { local: [], places: [] }));
    list.local.push(row - starts[of]!);
    list.places.push(place);
  });
  const parts = Array.from(wanted, ([of, { local }]) => ({ batch: batches[of]!, local: Uint32Array.from(local) }));
  const back = new Uint32Array(rows.length);
  Array.from(wanted.values())
    .flatMap(({ places }) => places)
    .forEach((place, at) => (back[place] = at));
  const columns = Object.keys(parts[0]!.batch.columns).map((name) => {
    const pieces = parts.map(({ batch, local }) => gather(batch.columns[name]!, local));
    return [name, pieces.length === 1 ? pieces[0]! : gather(concat(pieces), back)] as const;
  });
  return { length: rows.length, columns: Object.fromEntries(columns) };
}

/** The last batch that starts at or before the row. */
function batchOfRow(starts: readonly number[], row: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (starts[middle]! <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}

const batchRows = 4096;

/** Batches of the rows in the given order. */
export function* rowsInOrder(table: Table, order: Uint32Array): Generator<Batch> {
  for (let from = 0; from < order.length; from += batchRows) {
    yield takeRows(table, order.subarray(from, from + batchRows));
  }
}

/** The rows that `keep` says yes to, batch after batch, without holding them. `keep` is asked once for each row, in order. */
export async function* selectRows(input: RowsInput, keep: (row: number) => boolean): AsyncGenerator<Batch> {
  let first = 0;
  for await (const batch of input.batches()) {
    const take: number[] = [];
    for (let row = 0; row < batch.length; row++) if (keep(first + row)) take.push(row);
    first += batch.length;
    if (take.length === 0) continue;
    yield take.length === batch.length ? batch : takeRows(tableOf(input.schema, [batch]), Uint32Array.from(take));
  }
}
