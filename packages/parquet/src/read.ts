// Row groups of a Parquet file on disk.
import { open } from "node:fs/promises";
import { rowGroupsIn, type RowGroup } from "./columns.ts";

/** The row groups of the file at `path`, one after another, as rowGroupsIn gives them; the file is open meanwhile. */
export async function* rowGroups(path: string, from = 0, to = Infinity): AsyncGenerator<RowGroup> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const file = {
      byteLength: size,
      async slice(start: number, end = size): Promise<ArrayBuffer> {
        const buffer = new ArrayBuffer(end - start);
        await handle.read(new Uint8Array(buffer), 0, end - start, start);
        return buffer;
      },
    };
    yield* rowGroupsIn(file, from, to);
  } finally {
    await handle.close();
  }
}
