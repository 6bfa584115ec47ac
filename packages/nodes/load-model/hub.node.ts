// A model repository on the Hugging Face Hub at one commit, as a FileSource: small files whole, large ones by ranges.
// Routes as huggingface_hub 2.4 uses them: /api/models/<repo>/revision/<rev>, /api/models/<repo>/tree/<commit>, /<repo>/resolve/<commit>/<path>.
import { createHash } from "node:crypto";
import { isRecord, type FileSource } from "@heddle/onnx/file-source";
import type { PeekContext } from "@heddle/schema/node";

export type Fetch = PeekContext["fetch"];

export interface HubFile {
  readonly path: string;
  readonly size: number;
  /** Git's SHA-1 of the blob; for a large file, of its pointer. */
  readonly oid: string;
  /** SHA-256 of a large file (Git LFS). */
  readonly sha256: string | undefined;
}

export interface HubRepository extends FileSource {
  readonly repo: string;
  /** 40 hex digits. */
  readonly commit: string;
  readonly files: readonly HubFile[];
  url(path: string): string;
  /** SHA-256 of a file's content, from the listing where it says so. */
  digest(path: string): Promise<string>;
}

/** `HF_ENDPOINT`, or the Hub itself. */
function endpoint(): string {
  return (process.env["HF_ENDPOINT"] || "https://huggingface.co").replace(/\/+$/, "");
}

function refusal(status: number, what: string): Error {
  if (status === 401 || status === 403) {
    return new Error(
      `${what}: the Hub refuses access (${status}); check the name, accept the licence on its page, or set HF_TOKEN to a token that may read it`,
    );
  }
  if (status === 404) return new Error(`${what}: not found on the Hub (404); check repo and revision`);
  return new Error(`${what}: the Hub answered ${status}; try again later`);
}

async function getJson(fetch: Fetch, url: string, what: string): Promise<{ body: unknown; next: string | undefined }> {
  const response = await fetch(url, { headers: { accept: "application/json" } });
  if (!response.ok) throw refusal(response.status, what);
  const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
  return { body: await response.json(), next: next === undefined ? undefined : new URL(next, url).href };
}

function readFile(entry: unknown): HubFile[] {
  if (!isRecord(entry) || entry["type"] !== "file") return [];
  const { path, size, oid, lfs } = entry;
  if (typeof path !== "string" || typeof size !== "number" || typeof oid !== "string") return [];
  if (path.split(/[\\/]/).some((part) => part === ".." || part === "")) {
    throw new Error(`${path}: the Hub lists a path that leaves its repository; choose another repository`);
  }
  const sha256 = isRecord(lfs) && typeof lfs["oid"] === "string" ? lfs["oid"] : undefined;
  return [{ path, size, oid, sha256 }];
}

/** Git's name of a blob: SHA-1 over a short header and the content. */
export function gitBlobHash(size: number) {
  return createHash("sha1").update(`blob ${size}\0`);
}

/** Throws one line that names file and both digests when content is not what the listing says. */
export function verifySmallFile(file: HubFile, content: Uint8Array): void {
  const expected = file.sha256 ?? file.oid;
  const hash = file.sha256 === undefined ? gitBlobHash(content.length) : createHash("sha256");
  const actual = hash.update(content).digest("hex");
  if (actual !== expected) {
    throw new Error(`${file.path}: the Hub's digest is ${expected} but the download has ${actual}; try again`);
  }
}

/** Resolves `revision` to a commit and lists the repository there. */
export async function openRepository(fetch: Fetch, repo: string, revision: string): Promise<HubRepository> {
  const api = `${endpoint()}/api/models/${repo}`;
  const { body } = await getJson(fetch, `${api}/revision/${encodeURIComponent(revision)}`, `${repo} at ${revision}`);
  const commit = isRecord(body) ? body["sha"] : undefined;
  if (typeof commit !== "string" || !/^[0-9a-f]{40}$/.test(commit)) {
    throw new Error(`${repo} at ${revision}: the Hub names no commit; check HF_ENDPOINT`);
  }
  const files: HubFile[] = [];
  let next: string | undefined = `${api}/tree/${commit}?recursive=true`;
  while (next !== undefined) {
    const page: { body: unknown; next: string | undefined } = await getJson(fetch, next, `${repo} at ${commit}`);
    if (Array.isArray(page.body)) files.push(...page.body.flatMap(readFile));
    next = page.next;
  }

  const url = (path: string) =>
    `${endpoint()}/${repo}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`;
  const small = new Map<string, Uint8Array>();

  function find(path: string): HubFile {
    const file = files.find((candidate) => candidate.path === path);
    if (file === undefined) throw new Error(`${path}: not in ${repo} at ${commit}; choose another repository`);
    return file;
  }

  async function read(path: string): Promise<Uint8Array> {
    const kept = small.get(path);
    if (kept !== undefined) return kept;
    const response = await fetch(url(path));
    if (!response.ok) throw refusal(response.status, `${repo}/${path}`);
    const content = new Uint8Array(await response.arrayBuffer());
    verifySmallFile(find(path), content);
    small.set(path, content);
    return content;
  }

  return {
    repo,
    commit,
    files,
    url,
    list: async () => files,
    read,
    async readRange(path, start, end) {
      const response = await fetch(url(path), { headers: { range: `bytes=${start}-${end - 1}` } });
      if (response.status !== 206) throw refusal(response.status, `${repo}/${path}, bytes ${start}-${end}`);
      return new Uint8Array(await response.arrayBuffer());
    },
    async digest(path) {
      return (
        find(path).sha256 ??
        createHash("sha256")
          .update(await read(path))
          .digest("hex")
      );
    },
  };
}
