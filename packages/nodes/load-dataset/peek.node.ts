// What can be known of a dataset before a run: which content it is, its columns, and how many rows where that is quickly told.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { digestOf } from "@heddle/schema/canonical";
import type { Batch } from "@heddle/schema/batch";
import type { Fact, Peek, PeekContext, Sample } from "@heddle/schema/node";
import { tableOf, takeRows } from "@heddle/schema/table";
import { openDataset } from "./dataset.node.ts";
import { formatFor, hubDataset, localFile, localFiles, remoteFile, type SourceFile } from "./files.node.ts";
import { problems } from "./problems.ts";
import type { Params } from "./spec.ts";

/** Bytes to look at for the columns: nearly every local dataset whole, of a remote one the beginning. */
const lookAtLocal = 64 << 20;
const lookAtRemote = 4 << 20;

export const peek: Peek<Params> = async (params, context) => {
  if (params.dataset !== "") return peekHub(params, context);
  if (/^https?:\/\//i.test(params.path)) return peekUrl(params, context);
  if (params.path === "") throw new Error("no source is chosen: give a file, or a dataset on the Hub");
  const files = await localFiles(await context.resolve(params.path), params.path, params.format);
  // Every file by itself, so that a link out of the allowed folders is refused.
  const paths = await Promise.all(files.map((file) => context.resolve(file.path)));
  const contents = await Promise.all(paths.map((path) => context.digest(path)));
  const fact = await factOf(files, params, lookAtLocal);
  return {
    ...fact,
    identity: digestOf({ contents, names: files.map((file) => formatFor([file.name], params.format, file.name)) }),
  };
};

/** The beginning is enough to tell the columns of a sample. */
const lookAtSample = 1 << 20;

export const sample: Sample<Params> = async (params, context, rows) => {
  if (params.dataset !== "") await hubDataset(params, context.fetch);
  if (/^https?:/i.test(params.path)) await context.fetch(params.path);
  if (params.path === "") throw new Error("no source is chosen: give a file, or a dataset on the Hub");
  const files = await localFiles(await context.resolve(params.path), params.path, params.format);
  for (const file of files) await context.resolve(file.path);
  const format = formatFor(
    files.map((file) => file.name),
    params.format,
    params.path,
  );
  const found = problems(params.on_error, () => {});
  const { schema, batches } = await openDataset(files, { params, format, problems: found, lookAt: lookAtSample });
  const taken = await Array.fromAsync(batches(found, () => {}, rows));
  return {
    rows: takeRows(
      tableOf(schema, taken),
      Uint32Array.from({ length: countRows(taken) }, (_, row) => row),
    ),
  };
};

function countRows(batches: readonly Batch[]): number {
  return batches.reduce((sum, { length }) => sum + length, 0);
}

async function factOf(files: readonly SourceFile[], params: Params, lookAt: number): Promise<Omit<Fact, "identity">> {
  const format = formatFor(
    files.map((file) => file.name),
    params.format,
    params.path || params.dataset,
  );
  // Skipped rows are named in the run's log, not here.
  const found = problems(params.on_error, () => {});
  const { schema, rows } = await openDataset(files, { params, format, problems: found, lookAt });
  return { outputs: { rows: { kind: "rows", schema } }, rows };
}

async function peekHub(params: Params, { fetch }: PeekContext): Promise<Fact> {
  const { commit, files } = await hubDataset(params, fetch);
  const fact = await factOf(files, params, lookAtRemote);
  const names = files.map((file) => file.name);
  return { ...fact, identity: digestOf({ dataset: params.dataset, commit, names }), resolved: { revision: commit } };
}

/** A URL says nothing about its content, so it is read whole, once, to know which content it is. */
async function peekUrl(params: Params, { fetch, signal }: PeekContext): Promise<Fact> {
  const name = basename(new URL(params.path).pathname);
  const folder = await mkdtemp(join(tmpdir(), "heddle-peek-"));
  try {
    const sha256 = await download(remoteFile(fetch, params.path, name), join(folder, "content"), signal);
    const { size } = await stat(join(folder, "content"));
    const fact = await factOf([localFile(join(folder, "content"), name, size)], params, lookAtLocal);
    return { ...fact, identity: sha256, resolved: { sha256 } };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Writes a source to a local file; gives the sha256 of what came. */
export async function download(source: SourceFile, to: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  async function* hashed() {
    for await (const chunk of source.stream()) {
      hash.update(chunk);
      yield chunk;
    }
  }
  await pipeline(Readable.from(hashed()), createWriteStream(to), { signal });
  return hash.digest("hex");
}
