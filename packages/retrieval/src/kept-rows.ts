// The rows an index keeps, so that a hit can carry them: one Parquet file, read back whole with its text still UTF-8 bytes.
import { rowGroupsIn } from "@heddle/parquet/columns";
import { parquetFile, physicalValues } from "@heddle/parquet/write";
import type { Batch, Column } from "@heddle/schema/batch";
import { concat } from "@heddle/schema/column";
import type { RowSchema } from "@heddle/schema/type";

const groupRows = 8_192;

/** Writes batches as row groups; `finish` gives the file in pieces. */
export class KeptRows {
  private readonly schema: RowSchema;
  private readonly file: ReturnType<typeof parquetFile>;
  private readonly pieces: Uint8Array[] = [];

  constructor(schema: RowSchema) {
    this.schema = schema;
    this.file = parquetFile(schema);
  }

  add(batch: Batch): void {
    for (let start = 0; start < batch.length; start += groupRows) {
      const end = Math.min(batch.length, start + groupRows);
      const columns = Object.entries(this.schema.columns).map(([name, type]) => [
        name,
        physicalValues(type, batch.columns[name]!, start, end),
      ]);
      this.pieces.push(this.file.rowGroup(Object.fromEntries(columns)));
    }
  }

  async *finish(): AsyncGenerator<Uint8Array> {
    yield* this.pieces;
    yield this.file.finish();
  }
}

/** All rows of the file, as one batch. */
export async function readKept(bytes: Uint8Array, schema: RowSchema): Promise<Batch> {
  const file = {
    byteLength: bytes.length,
    slice: (start: number, end = bytes.length) => new Uint8Array(bytes.subarray(start, end)).buffer,
  };
  const parts: Record<string, Column[]> = {};
  let length = 0;
  for await (const group of rowGroupsIn(file)) {
    length += group.end - group.start;
    for (const [name, type] of Object.entries(schema.columns))
      (parts[name] ??= []).push(await group.column(name, type));
  }
  const columns = Object.entries(parts).map(([name, pieces]) => [name, concat(pieces)] as const);
  return { length, columns: Object.fromEntries(columns) };
}
