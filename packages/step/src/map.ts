// Runs a map node over its rows: batch after batch, untouched columns pass through, every output port is written; reports come last.
import type { Batch, BatchOutput, RowsOutput } from "@heddle/schema/batch";
import { applyOutput, batchOf } from "@heddle/schema/column";
import type { MapInstance, RunContext } from "@heddle/schema/node";
import type { ColumnType, PortType, RowSchema } from "@heddle/schema/type";

export function runMap(instance: MapInstance, context: RunContext<unknown>): Promise<void> {
  return mapRows(instance, context).finally(() => instance.close?.());
}

async function mapRows(instance: MapInstance, context: RunContext<unknown>): Promise<void> {
  const input = context.rows("rows");
  const ports = Object.entries(context.types.outputs).filter(([, { kind }]) => kind !== "report");
  const open = new Map<string, RowsOutput>();
  let done = 0;

  async function put(batch: Batch, outputs: Readonly<Record<string, BatchOutput>>): Promise<void> {
    for (const [port, declared] of ports) {
      const output = outputs[port];
      if (output === undefined) throw new Error(`the node gave nothing for its output ${port}`);
      const made = applyOutput(batch, output);
      let writer = open.get(port);
      if (writer === undefined) {
        writer = context.outRows(port, schemaOf(made, declared));
        open.set(port, writer);
      }
      await writer.write(made);
    }
  }

  for await (const batch of input.batches()) {
    context.signal.throwIfAborted();
    await put(batch, await instance.process(batch));
    done += batch.length;
    context.progress(done, input.count, "rows");
  }
  if (input.count === 0) {
    // No row tells the columns: an empty batch does, where the node takes one.
    const none = batchOf(input.schema, []);
    await put(none, await instance.process(none));
  }
  for (const [port, report] of Object.entries(instance.report?.() ?? {})) context.outReport(port, report);
}

/** The columns that a batch has, with the facets that the declared type knows. */
function schemaOf(batch: Batch, declared: PortType): RowSchema {
  const known = declared.kind === "rows" ? declared.schema.columns : {};
  const columns = Object.entries(batch.columns).map(([name, column]) => [name, withFacets(column.type, known[name])]);
  return { columns: Object.fromEntries(columns), open: false };
}

function withFacets(type: ColumnType, declared: ColumnType | undefined): ColumnType {
  if (type.kind === "tokens" && declared?.kind === "tokens") {
    return { ...type, facets: { ...declared.facets, ...type.facets } };
  }
  if (type.kind === "vector" && declared?.kind === "vector") {
    return { ...declared, ...type, facets: { ...declared.facets, ...type.facets } };
  }
  return type;
}
