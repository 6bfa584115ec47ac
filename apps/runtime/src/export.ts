// Artifacts as files for people and other programs: rows as Parquet or JSON lines, directories as they are, a GGUF model as one file.
import { constants, createWriteStream } from "node:fs";
import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Manifest } from "@heddle/schema/artifact";
import { objectOf } from "@heddle/schema/cell-json";
import { rowsOf } from "@heddle/schema/column";
import { plainPath } from "./executor/files.ts";
import { rowsInput } from "./rows.ts";
import type { Store } from "./store.ts";

export async function exportArtifact(
  store: Store,
  manifest: Manifest,
  directory: string,
  { format = "parquet", name = manifest.type.kind }: { readonly format?: "parquet" | "jsonl"; readonly name?: string },
): Promise<string[]> {
  await mkdir(directory, { recursive: true });
  if (manifest.type.kind === "rows") {
    return format === "jsonl"
      ? [await exportLines(store, manifest, join(directory, `${name}.jsonl`))]
      : exportShards(store, manifest, directory, name);
  }
  if (manifest.report) {
    const path = join(directory, `${name}.json`);
    await writeFile(path, `${JSON.stringify(manifest.report, undefined, 2)}\n`);
    return [path];
  }
  if (manifest.endpoint) throw new Error("an endpoint has no files: it is served by `heddle start`");
  const files = manifest.files ?? [];
  const gguf = files.length === 1 && files[0]?.path.endsWith(".gguf") === true;
  const paths: string[] = [];
  for (const file of files) {
    const path = join(directory, gguf ? `${name}.gguf` : plainPath(file.path));
    await mkdir(dirname(path), { recursive: true });
    await copyWritable(store.path(file.digest), path);
    paths.push(path);
  }
  return paths;
}

/** The bytes, not the store's read-only mode. */
async function copyWritable(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  await chmod(to, 0o644);
}

async function exportShards(store: Store, manifest: Manifest, directory: string, name: string): Promise<string[]> {
  const shards = manifest.shards ?? [];
  const paths: string[] = [];
  for (const [index, shard] of shards.entries()) {
    const part = shards.length > 1 ? `-${String(index).padStart(5, "0")}` : "";
    const path = join(directory, `${name}${part}.parquet`);
    await copyWritable(store.path(shard.digest), path);
    paths.push(path);
  }
  return paths;
}

async function exportLines(store: Store, manifest: Manifest, path: string): Promise<string> {
  await pipeline(Readable.from(lines(store, manifest)), createWriteStream(path));
  return path;
}

async function* lines(store: Store, manifest: Manifest): AsyncGenerator<string> {
  const input = rowsInput(store, manifest);
  for await (const batch of input.batches()) {
    yield rowsOf(batch)
      .map((row) => `${objectOf(input.schema.columns, row)}\n`)
      .join("");
  }
}
