// Downloads one file of a repository in one piece or many: what is already there is kept, a dropped connection goes on where it
// broke off, and the file counts only when its digest is the listing's.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { gitBlobHash, type Fetch, type HubFile } from "./hub.node.ts";

export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** Bytes that are on disk now. */
  readonly onProgress: (done: number) => void;
  /** Drops in a row without a new byte before giving up. */
  readonly patience?: number;
  /** Milliseconds before the first new try; doubled every time up to 64 times as long. */
  readonly pause?: number;
}

async function sizeOf(path: string): Promise<number> {
  const status = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return status?.size ?? 0;
}

async function digestOfFile(path: string, file: HubFile): Promise<string> {
  const hash = file.sha256 === undefined ? gitBlobHash(file.size) : createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** Appends what one connection gives. A connection that breaks is not an error here: the caller sees how far it came. */
async function appendFrom(
  response: Response,
  partial: string,
  have: number,
  { signal, onProgress }: DownloadOptions,
): Promise<Error | undefined> {
  const handle = await open(partial, have === 0 ? "w" : "r+");
  let position = have;
  try {
    for await (const chunk of response.body ?? []) {
      signal.throwIfAborted();
      await handle.write(chunk, 0, chunk.length, position);
      position += chunk.length;
      onProgress(position);
    }
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (isDiskFull(error)) {
      throw new Error(`${partial}: the disk is full; free some space and run again to go on`, { cause: error });
    }
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    await handle.close();
  }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOSPC";
}

/** The platform's fetch says TypeError where no answer came; the engine's names the socket's error as the cause. */
function isDrop(error: unknown): error is Error {
  return error instanceof TypeError || (error instanceof Error && error.cause instanceof Error);
}

/** One request for the missing rest. A server that ignores Range starts over. */
async function fetchRest(fetch: Fetch, url: string, partial: string, file: HubFile, options: DownloadOptions) {
  const have = await sizeOf(partial);
  const response = await fetch(url, have === 0 ? {} : { headers: { range: `bytes=${have}-` } });
  if (response.status >= 500 || response.status === 429) return new Error(`the server answered ${response.status}`);
  if (!response.ok) throw new Error(`${file.path}: the server answered ${response.status}; check repo and revision`);
  const continues = response.status === 206;
  const start = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1];
  if (continues && start !== undefined && Number(start) !== have) {
    throw new Error(
      `${file.path}: asked for bytes from ${have}, the server sent from ${start}; try another HF_ENDPOINT`,
    );
  }
  return appendFrom(response, partial, continues ? have : 0, options);
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/**
 * Leaves the verified file at `target`; `<target>.part` is kept when it fails or is stopped, and the next call goes on from there.
 * Throws one line that names the file after `patience` tries without progress, or at once when the digest differs.
 */
export async function download(
  fetch: Fetch,
  url: string,
  file: HubFile,
  target: string,
  options: DownloadOptions,
): Promise<void> {
  const { signal, patience = 6, pause = 500 } = options;
  const partial = `${target}.part`;
  let fruitless = 0;
  for (;;) {
    signal.throwIfAborted();
    const before = await sizeOf(partial);
    if (before > file.size) await rm(partial);
    if (before === file.size && before > 0) break;
    const broken = await fetchRest(fetch, url, partial, file, options).catch((error: unknown) => {
      signal.throwIfAborted();
      if (isDrop(error)) return error;
      throw error;
    });
    const after = await sizeOf(partial);
    if (after === file.size) break;
    fruitless = after > before ? 0 : fruitless + 1;
    if (fruitless >= patience) {
      const why = broken?.message ?? "the connection ended early";
      throw new Error(
        `${file.path}: ${after} of ${file.size} bytes after ${patience} tries (${why}); run again to go on`,
      );
    }
    await wait(pause * 2 ** Math.min(fruitless, 6), signal);
  }
  const expected = file.sha256 ?? file.oid;
  const actual = await digestOfFile(partial, file);
  if (actual !== expected) {
    await rm(partial);
    throw new Error(`${file.path}: the listing's digest is ${expected} but the download has ${actual}; run again`);
  }
  await rename(partial, target);
}
