// The artifact store: blobs named by their sha256, and manifests, which are blobs of JSON. A blob is written beside the
// others, synced, made read-only and renamed, so a name that exists has all its bytes; bit rot is found by hashing again.
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, mkdir, open, readFile, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { manifest as manifestSchema, type ArtifactSummary, type Manifest } from "@heddle/schema/artifact";
import { present } from "./absent.ts";

export interface Blob {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

export interface BlobWriter {
  write(bytes: Uint8Array): Promise<void>;
  finish(): Promise<Blob>;
  abandon(): Promise<void>;
}

/** A blob that is missing or whose bytes are not what its name says. */
export class DamagedBlob extends Error {}

export interface Store {
  path(digest: string): string;
  writer(): Promise<BlobWriter>;
  put(bytes: Uint8Array | string): Promise<Blob>;
  read(digest: string): Promise<Uint8Array>;
  putManifest(manifest: Manifest): Promise<ArtifactSummary>;
  manifest(digest: string): Promise<Manifest | undefined>;
  /** Hashes an artifact's manifest and every blob of it; a damaged blob is removed and DamagedBlob names it. */
  verify(digest: string): Promise<void>;
}

/** A full disk, in one sentence; every other error as it is. */
export function diskError(error: unknown, directory: string): Error {
  if (error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT")) {
    return new Error(`disk full: ${directory} has no room left; free some space or set HEDDLE_HOME to another disk`, {
      cause: error,
    });
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** From this size on (bytes), a blob is hashed once a process as long as its size and time stay the same. */
const largeBlob = 8 << 20;

export function openStore(places: { readonly blobs: string; readonly partial: string }): Store {
  const path = (digest: string) => join(places.blobs, digest.slice(0, 2), digest);

  async function writer(): Promise<BlobWriter> {
    const partial = join(places.partial, randomUUID());
    const hash = createHash("sha256");
    let size = 0;
    const file = await open(partial, "wx", 0o600);
    const abandon = async () => {
      await file.close();
      await rm(partial, { force: true });
    };
    const orFull = async <T>(work: Promise<T>): Promise<T> =>
      work.catch(async (error: unknown) => {
        await abandon();
        throw diskError(error, dirname(places.blobs));
      });
    return {
      async write(bytes) {
        hash.update(bytes);
        size += bytes.byteLength;
        await orFull(writeAll(file, bytes));
      },
      async finish() {
        await orFull(file.sync());
        await file.close();
        const digest = hash.digest("hex");
        await settle(partial, path(digest), places.blobs);
        return { digest, size };
      },
      abandon,
    };
  }

  async function put(content: Uint8Array | string): Promise<Blob> {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const digest = createHash("sha256").update(bytes).digest("hex");
    const there = await present(stat(path(digest)));
    if (there?.size === bytes.byteLength && (await hashFile(path(digest))) === digest) {
      return { digest, size: bytes.byteLength };
    }
    const blob = await writer();
    await blob.write(bytes);
    return blob.finish();
  }

  async function manifest(digest: string): Promise<Manifest | undefined> {
    const text = await present(readFile(path(digest), "utf8"));
    return text === undefined ? undefined : manifestSchema.parse(JSON.parse(text));
  }

  /** Large blobs that were hashed by this process, with what they looked like then. */
  const hashed = new Map<string, string>();

  async function verifyBlob(digest: string, part: string): Promise<void> {
    const look = await present(stat(path(digest), { bigint: true }));
    // Linking a blob changes its ctime, so that cannot tell.
    const stamp = look && `${look.size} ${look.mtimeNs} ${look.ino}`;
    if (stamp !== undefined && hashed.get(digest) === stamp) return;
    const found = await present(hashFile(path(digest)));
    if (found === digest) {
      if (look && look.size >= largeBlob && stamp !== undefined) hashed.set(digest, stamp);
      return;
    }
    if (found === undefined) throw new DamagedBlob(`blob ${digest} (${part}) is missing from ${places.blobs}`);
    await rm(path(digest), { force: true });
    throw new DamagedBlob(
      `blob ${digest} (${part}) in ${places.blobs} is corrupted: its bytes hash to ${found}; it was removed`,
    );
  }

  return {
    path,
    writer,
    put,
    read: (digest) => readFile(path(digest)),
    async putManifest(content) {
      const { digest } = await put(manifestText(content));
      return summary(digest, content);
    },
    manifest,
    async verify(digest) {
      await verifyBlob(digest, "manifest");
      const content = await manifest(digest);
      if (content === undefined) throw new DamagedBlob(`artifact ${digest} is missing from ${places.blobs}`);
      for (const [index, shard] of (content.shards ?? []).entries()) await verifyBlob(shard.digest, `shard ${index}`);
      for (const file of content.files ?? []) await verifyBlob(file.digest, file.path);
    },
  };
}

/** Columns, fields and report values keep the order that the node gave them in; facets have none. */
function manifestText(manifest: Manifest): string {
  return JSON.stringify(manifest, (key, value: unknown) =>
    key === "facets" && typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

export function summary(digest: string, manifest: Manifest): ArtifactSummary {
  const parts = [...(manifest.shards ?? []), ...(manifest.files ?? [])];
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const rows = manifest.shards?.reduce((sum, shard) => sum + shard.rows, 0);
  return { type: manifest.type, digest, size, ...(rows !== undefined && { rows }) };
}

/** sha256 of a file, hex. */
export async function hashFile(path: string): Promise<string> {
  if ((await stat(path)).size < largeBlob)
    return createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Uint8Array);
  return hash.digest("hex");
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.byteLength) {
    written += (await file.write(bytes, written, bytes.byteLength - written)).bytesWritten;
  }
}

/** The file is synced, its directory is not: a name that a power cut takes away is missed when the artifact is verified. */
async function settle(partial: string, final: string, blobs: string): Promise<void> {
  await mkdir(dirname(final), { recursive: true });
  await chmod(partial, 0o444);
  await rename(partial, final).catch((error: unknown) => {
    throw diskError(error, dirname(blobs));
  });
}
