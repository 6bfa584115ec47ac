// A folder on disk as a FileSource, and the largest read in one call bounded by what the caller asks for.
import { createReadStream } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { FileSource } from "./file-source.ts";

/**
 * Files below `root` (or only in it), by paths relative to it with forward slashes, sorted.
 * Symbolic links are followed (Hub caches are made of them).
 */
export function directorySource(root: string, { recursive = true }: { recursive?: boolean } = {}): FileSource {
  return {
    async list() {
      const entries = await readdir(root, { recursive });
      const files: { path: string; size: number }[] = [];
      for (const entry of entries.sort()) {
        const absolute = join(root, entry);
        const status = await stat(absolute);
        if (status.isFile()) files.push({ path: relative(root, absolute).split(sep).join("/"), size: status.size });
      }
      return files;
    },
    async read(path) {
      return new Uint8Array(await readFile(join(root, path)));
    },
    async readRange(path, start, end) {
      const handle = await open(join(root, path));
      try {
        const bytes = new Uint8Array(end - start);
        let filled = 0;
        while (filled < bytes.length) {
          const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      } finally {
        await handle.close();
      }
    },
  };
}

/** One file in pieces, for copying without holding it. */
export function fileStream(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: 1 << 20 });
}
