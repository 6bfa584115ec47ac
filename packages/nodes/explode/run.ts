import type { Batch, Value } from "@heddle/schema/batch";
import { applyOutput, columnOf } from "@heddle/schema/column";
import type { WholeRun } from "@heddle/schema/node";
import type { RowSchema } from "@heddle/schema/type";
import { explodedSchema, type Params } from "./spec.ts";

/** Rows a batch has at most, so that long lists do not make one huge batch. */
const batchRows = 8192;

export const run: WholeRun<Params> = async ({ params, rows, outRows, signal, progress }) => {
  const input = rows("rows");
  const schema = explodedSchema(params, input.schema);
  const output = outRows("rows", schema);
  let done = 0;
  for await (const batch of input.batches()) {
    signal.throwIfAborted();
    let made = new Items();
    const lists = batch.columns[params.column]!;
    for (let row = 0; row < batch.length; row++) {
      const items = itemsOf(lists.at(row));
      if (items.length === 0 && params.empty === "keep") made.add(row, null, null);
      for (const [place, item] of items.entries()) {
        made.add(row, item, place);
        if (made.items.length < batchRows) continue;
        await output.write(exploded(batch, made, schema, params));
        made = new Items();
      }
    }
    if (made.items.length > 0) await output.write(exploded(batch, made, schema, params));
    done += batch.length;
    progress(done, input.count, "rows");
  }
};

class Items {
  readonly rows: number[] = [];
  readonly items: Value[] = [];
  readonly places: (number | null)[] = [];

  add(row: number, item: Value, place: number | null): void {
    this.rows.push(row);
    this.items.push(item);
    this.places.push(place);
  }
}

/** A single value that stands in for a list (json columns hold any shape) is a list of one. */
function itemsOf(value: Value): readonly Value[] {
  if (value === null) return [];
  if (value instanceof Int32Array || value instanceof Float32Array) return Array.from(value);
  return Array.isArray(value) ? value : [value];
}

function exploded(
  batch: Batch,
  { rows, items, places }: Items,
  schema: RowSchema,
  { column, position }: Params,
): Batch {
  const made = columnOf(schema.columns[column]!, items);
  const place = position === "" ? {} : { [position]: columnOf({ kind: "int" }, places) };
  const repeated = applyOutput(batch, { take: Uint32Array.from(rows), drop: [column] });
  const columns: Batch["columns"] = { ...repeated.columns, [column]: made, ...place };
  const ordered = Object.keys(schema.columns).map((name) => [name, columns[name]!] as const);
  return { length: rows.length, columns: Object.fromEntries(ordered) };
}
