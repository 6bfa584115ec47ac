// Files as the source and sink of GGUF data.

import { open, stat } from "node:fs/promises";
import type { RangeSource } from "./format.ts";
import type { ByteSink } from "./writer.ts";

/** Opens a file for ranged reads. Dispose it with `await using` or close(). */
export async function openFile(path: string): Promise<RangeSource & AsyncDisposable> {
  const { size } = await stat(path);
  const handle = await open(path, "r");
  return {
    size,
    async readRange(start, end) {
      const buffer = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, start + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/** Creates a file to write to; it must not exist. Dispose it to close it. */
export async function createFile(path: string): Promise<ByteSink & AsyncDisposable> {
  const handle = await open(path, "wx");
  return {
    async write(bytes) {
      let written = 0;
      while (written < bytes.length) {
        // Node's own message (a full disk, say) does not name the file.
        const result = await handle.write(bytes, written, bytes.length - written).catch((cause: unknown) => {
          throw new Error(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
        });
        written += result.bytesWritten;
      }
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
