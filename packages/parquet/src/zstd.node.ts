// zstd by Node's own zlib.
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";

export const decompress = (bytes: Uint8Array): Uint8Array => zstdDecompressSync(bytes);

/** How pages are written. */
export const compression = {
  codec: "ZSTD",
  compressors: { ZSTD: (bytes: Uint8Array): Uint8Array => zstdCompressSync(bytes) },
} as const;
