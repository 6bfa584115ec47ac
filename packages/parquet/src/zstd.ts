// A browser reads zstd, by a decoder in JavaScript, and has nothing to write it: pages are written with snappy there.
import { compressors } from "hyparquet-compressors";

export const decompress = compressors.ZSTD;

/** How pages are written. */
export const compression = { codec: "SNAPPY" } as const;
