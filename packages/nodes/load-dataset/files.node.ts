// Where the bytes of a dataset lie: files on this machine, a URL, or a dataset on the Hugging Face Hub.
import { createReadStream } from "node:fs";
import { glob, open, readdir, stat } from "node:fs/promises";
import { basename, matchesGlob, relative, resolve, sep } from "node:path";
import { Readable, pipeline } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import type { PeekContext } from "@heddle/schema/node";
import { DataError } from "./problems.ts";
import type { Params } from "./spec.ts";

export type Format = Exclude<Params["format"], "auto">;

export interface SourceFile {
  /** As messages call it. */
  readonly name: string;
  /** Bytes; undefined where the server does not say. */
  readonly size: number | undefined;
  stream(): AsyncIterable<Uint8Array>;
  /** Bytes [start, end). */
  slice(start: number, end: number): Promise<ArrayBuffer>;
}

export interface LocalFile extends SourceFile {
  readonly path: string;
}

const formats: Readonly<Record<string, Format>> = {
  jsonl: "jsonl",
  ndjson: "jsonl",
  json: "json",
  csv: "csv",
  tsv: "csv",
  parquet: "parquet",
  pq: "parquet",
  txt: "text",
  md: "text",
};

/** What a name says: `chats.jsonl.gz` is JSONL. */
function formatOf(name: string): Format | undefined {
  const ending = /\.([a-z]+)(?:\.(?:gz|gzip|zst|zstd))?$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(formats, ending) ? formats[ending] : undefined;
}

export function isTabSeparated(name: string): boolean {
  return /\.tsv(\.(gz|gzip|zst|zstd))?$/i.test(name);
}

/** Files that describe a dataset and are none: taken only where they are named. */
const describing = /^(dataset_infos?|dataset_dict|state|README|LICENSE|NOTICE)\b|\.md$/i;

function isData(name: string): boolean {
  const base = basename(name);
  return !base.startsWith(".") && !describing.test(base) && formatOf(base) !== undefined;
}

/** The one format of all files; `asked` wins. `where` is what the user gave. */
export function formatFor(names: readonly string[], asked: Params["format"], where: string): Format {
  if (asked !== "auto") return asked;
  const found = new Set(names.map(formatOf));
  const [only] = found;
  if (found.size === 1 && only !== undefined) return only;
  if (found.has(undefined)) {
    const unknown = names.find((name) => formatOf(name) === undefined)!;
    throw new DataError(`${unknown}: its name does not say how it is written; set format`);
  }
  const kinds = [...found].sort().join(" and ");
  throw new DataError(`${where} holds ${kinds} files; set format to one of them, or give a pattern such as *.jsonl`);
}

/** Files of a folder or pattern, or the one file, in the order of their names. `path` is absolute, `where` what the user wrote. */
export async function localFiles(path: string, where: string, format: Params["format"]): Promise<LocalFile[]> {
  const found = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found?.isFile()) return [localFile(path, basename(path), found.size)];
  const fits = (name: string) => isData(name) && (format === "auto" || formatOf(name) === format);
  const names = found ? await filesIn(path, fits) : await filesMatching(path, where);
  if (names.length === 0) {
    const kind = format === "auto" ? "JSONL, JSON, CSV, Parquet or text" : format;
    throw new DataError(found ? `${where} is a folder without ${kind} files` : `no file matches ${where}`);
  }
  const root = found ? path : resolve(path.slice(0, path.search(/[*?{[]/)), ".");
  return Promise.all(
    names.sort().map(async (name) => localFile(name, relative(root, name) || basename(name), (await stat(name)).size)),
  );
}

async function filesIn(folder: string, fits: (name: string) => boolean): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory() && fits(entry.name));
  const paths = files.map((entry) => resolve(entry.parentPath, entry.name));
  return paths.filter(
    (path) =>
      !relative(folder, path)
        .split(sep)
        .some((part) => part.startsWith(".")),
  );
}

async function filesMatching(pattern: string, where: string): Promise<string[]> {
  if (!/[*?{[]/.test(pattern)) throw new DataError(`there is no file or folder ${where}`);
  const names: string[] = [];
  for await (const name of glob(pattern)) if ((await stat(name)).isFile()) names.push(name);
  return names;
}

export function localFile(path: string, name: string, size: number): LocalFile {
  return {
    path,
    name,
    size,
    stream: () => createReadStream(path, { highWaterMark: 1 << 18 }),
    async slice(start, end) {
      const file = await open(path);
      const bytes = new Uint8Array(end - start);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, start).finally(() => file.close());
      return bytes.buffer.slice(0, bytesRead);
    },
  };
}

type Fetch = PeekContext["fetch"];

/** Throws a sentence where the server does not answer with the file. */
async function get(fetch: Fetch, url: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(url, { headers });
  if (response.ok) return response;
  await response.body?.cancel();
  const reason =
    response.status === 401 || response.status === 403
      ? "check its name, or set HF_TOKEN to a token that may read it"
      : "check its name";
  throw new DataError(`${url} cannot be read: the server answers ${response.status}; ${reason}`);
}

export function remoteFile(fetch: Fetch, url: string, name: string, size?: number): SourceFile {
  return {
    name,
    size,
    async *stream() {
      const response = await get(fetch, url);
      const expected = Number(response.headers.get("content-length") ?? NaN);
      let received = 0;
      for await (const chunk of response.body ?? []) {
        received += chunk.length;
        yield chunk;
      }
      const isPlain = response.headers.get("content-encoding") === null;
      if (isPlain && received < expected)
        throw new DataError(`${url}: the download ended after ${received} of ${expected} bytes`);
    },
    async slice(start, end) {
      const response = await get(fetch, url, { Range: `bytes=${start}-${end - 1}` });
      const bytes = await response.arrayBuffer();
      // A server without ranges sends it all.
      return response.status === 206 ? bytes : bytes.slice(start, end);
    },
  };
}

/** Bytes without their gzip or zstd wrapping, told by their first bytes. */
export async function* plainBytes(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return;
  async function* whole() {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  const [a, b, c, d] = first.value;
  const isGzip = a === 0x1f && b === 0x8b;
  const isZstd = a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd;
  if (!isGzip && !isZstd) {
    if (/\.(gz|gzip|zst|zstd)$/i.test(name)) throw new DataError(`${name}: its name says compressed, but it is not`);
    yield* whole();
    return;
  }
  const unpack = isGzip ? createGunzip() : createZstdDecompress();
  // The error reaches whoever reads `unpack`.
  pipeline(Readable.from(whole()), unpack, () => {});
  try {
    for await (const chunk of unpack) yield chunk;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && /^(Z_|ZSTD_|ERR_ZLIB)/.test(String(error.code)))) throw error;
    const short = /unexpected end|Z_BUF_ERROR/.test(`${error.message} ${error.code}`);
    throw new DataError(
      `${name}: ${short ? "the compressed data is cut short" : `the compressed data is damaged (${error.message})`}`,
      {
        cause: error,
      },
    );
  }
}

export interface HubDataset {
  readonly commit: string;
  readonly files: readonly SourceFile[];
}

/** The dataset's files at the commit that `revision` names now. `HF_ENDPOINT` says which Hub. */
export async function hubDataset({ dataset, revision, files, format }: Params, fetch: Fetch): Promise<HubDataset> {
  const endpoint = (process.env["HF_ENDPOINT"] || "https://huggingface.co").replace(/\/+$/, "");
  const response = await get(fetch, `${endpoint}/api/datasets/${dataset}/revision/${encodeURIComponent(revision)}`);
  const { sha, siblings } = readListing(await response.json(), dataset);
  const named = siblings.filter((name) => (files === "" ? isData(name) : matchesGlob(name, files)));
  const wanted = named.filter((name) => format === "auto" || files !== "" || formatOf(name) === format);
  const chosen = files === "" && format === "auto" ? preferredFormat(wanted) : wanted;
  const names = files === "" ? trainSplit(chosen) : chosen;
  if (names.length === 0) {
    throw new DataError(
      `dataset ${dataset} at ${revision} has no ${files === "" ? "data files" : `file that matches ${files}`}`,
    );
  }
  const commit = sha;
  return {
    commit,
    files: [...names].sort().map((name) => {
      const place = name.split("/").map(encodeURIComponent).join("/");
      return remoteFile(fetch, `${endpoint}/datasets/${dataset}/resolve/${commit}/${place}`, `${dataset}/${name}`);
    }),
  };
}

function readListing(answer: unknown, dataset: string): { sha: string; siblings: string[] } {
  const isListing = typeof answer === "object" && answer !== null && "sha" in answer && "siblings" in answer;
  if (!isListing || typeof answer.sha !== "string" || !Array.isArray(answer.siblings)) {
    throw new DataError(`dataset ${dataset}: the Hub's answer is not a listing of files`);
  }
  const names = answer.siblings.map((sibling: { rfilename?: unknown }) => sibling.rfilename);
  return { sha: answer.sha, siblings: names.filter((name) => typeof name === "string") };
}

/** A Hub dataset often holds the same rows in several formats; the one that says most about its columns is read. */
function preferredFormat(names: readonly string[]): readonly string[] {
  const order: readonly Format[] = ["parquet", "jsonl", "json", "csv", "text"];
  const best = order.find((format) => names.some((name) => formatOf(name) === format));
  return names.filter((name) => formatOf(name) === best);
}

/** Files named after the train split; where no file is named after any split, all of them. */
function trainSplit(names: readonly string[]): readonly string[] {
  const train = names.filter((name) => /(^|[^a-z])train([^a-z]|$)/i.test(name));
  const rest = names.filter((name) => !/(^|[^a-z])(test|valid|validation|dev|eval)([^a-z]|$)/i.test(name));
  return train.length > 0 ? train : rest;
}
