import type { Value } from "@heddle/schema/batch";
import { keyOf } from "@heddle/schema/cell-key";
import { batchOf } from "@heddle/schema/column";
import type { WholeRun } from "@heddle/schema/node";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import { parseAggregate, type Accumulator, type Chosen } from "./aggregates.ts";
import type { Params } from "./spec.ts";

const batchRows = 4096;

interface Group {
  readonly keys: readonly Value[];
  readonly accumulators: readonly Accumulator[];
}

export const run: WholeRun<Params> = async ({ params: { by, aggregates }, rows, outRows, signal, progress }) => {
  const input = rows("rows");
  const { columns } = input.schema;
  const chosen = Object.entries(aggregates).map(([name, text]) => ({ name, aggregate: parsed(name, text, columns) }));
  const groups = new Map<string, Group>();
  // Without columns to group by there is one group, even of no rows.
  if (by.length === 0) groups.set(keyOf([], 0), started([], chosen));

  const read = [...new Set([...by, ...chosen.flatMap(({ aggregate }) => aggregate.column ?? [])])];
  let done = 0;
  for await (const batch of input.batches(read.length > 0 ? { columns: read } : undefined)) {
    signal.throwIfAborted();
    const keys = by.map((name) => batch.columns[name]!);
    const values = chosen.map(({ aggregate: { column } }) =>
      column === undefined ? undefined : batch.columns[column]!,
    );
    for (let row = 0; row < batch.length; row++) {
      const key = keyOf(keys, row);
      let group = groups.get(key);
      if (!group) {
        group = started(
          keys.map((column) => column.at(row)),
          chosen,
        );
        groups.set(key, group);
      }
      for (const [i, accumulator] of group.accumulators.entries()) {
        const value = values[i]?.at(row);
        // Undefined: the rows themselves are counted.
        if (value !== null) accumulator.add(value ?? null);
      }
    }
    done += batch.length;
    progress(done, input.count, "rows");
  }

  const types = [
    ...by.map((name): [string, ColumnType] => [name, columns[name]!]),
    ...chosen.map(({ name, aggregate }): [string, ColumnType] => [name, aggregate.type]),
  ];
  const schema: RowSchema = { columns: Object.fromEntries(types), open: false };
  const output = outRows("rows", schema);
  const made = Array.from(groups.values(), ({ keys, accumulators }) => {
    const cells = [...keys, ...accumulators.map((accumulator) => accumulator.result())];
    return Object.fromEntries(types.map(([name], i) => [name, cells[i] ?? null]));
  });
  for (let from = 0; from < made.length; from += batchRows)
    await output.write(batchOf(schema, made.slice(from, from + batchRows)));
};

function parsed(name: string, text: string, columns: Readonly<Record<string, ColumnType>>): Chosen {
  const aggregate = parseAggregate(text, columns, false);
  if ("fault" in aggregate) throw new Error(`${name}: ${aggregate.fault}`);
  return aggregate;
}

function started(keys: readonly Value[], chosen: readonly { readonly aggregate: Chosen }[]): Group {
  return { keys, accumulators: chosen.map(({ aggregate }) => aggregate.start()) };
}
