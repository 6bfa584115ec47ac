// Artifacts as the API and the CLI read them.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { RowsPage } from "@heddle/schema/api";
import { digest as digestShape, type Manifest } from "@heddle/schema/artifact";
import { present } from "./absent.ts";
import { exportArtifact } from "./export.ts";
import type { Pieces } from "./pieces.ts";
import { readPage, readVectors, type PageRange } from "./rows.ts";
import type { Store } from "./store.ts";

/** `pieces`: what tokens look like in pages of rows; without it only their ids are known. */
export function artifacts(store: Store, pieces: Pieces = async () => undefined) {
  // A digest is part of a path in the store: what is not one never gets that far.
  const artifact = async (digest: string): Promise<Manifest | undefined> =>
    digestShape.safeParse(digest).success ? store.manifest(digest) : undefined;
  return {
    artifact,
    async rowsPage(digest: string, range: PageRange): Promise<RowsPage | undefined> {
      const manifest = await artifact(digest);
      return manifest?.type.kind === "rows" ? readPage(store, manifest, { ...range, pieces }) : undefined;
    },
    async vectors(digest: string, column: number, limit: number): Promise<Float32Array | undefined> {
      const manifest = await artifact(digest);
      return manifest?.type.kind === "rows" ? readVectors(store, manifest, column, limit) : undefined;
    },
    async file(digest: string, path: string) {
      const file = (await artifact(digest))?.files?.find((one) => one.path === path);
      if (file === undefined || (await present(stat(store.path(file.digest)))) === undefined) return undefined;
      const stream = Readable.toWeb(createReadStream(store.path(file.digest)));
      return { size: file.size, stream: stream as ReadableStream<Uint8Array> };
    },
    async exportArtifact(digest: string, directory: string, options: Parameters<typeof exportArtifact>[3] = {}) {
      const manifest = await artifact(digest);
      if (manifest === undefined) throw new Error(`there is no artifact ${digest}`);
      return exportArtifact(store, manifest, directory, options);
    },
  };
}
