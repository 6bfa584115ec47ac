import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directorySource } from "@heddle/onnx/directory.node";
import { readTokenizer } from "@heddle/text/tokenizer-files";
import { safetensorsBytes } from "@heddle/onnx/safetensors-writer";
import type { PeekContext } from "@heddle/schema/node";
import { workbench } from "../../../test/workbench.ts";
import { facetsOf } from "@heddle/schema/agreement";
import { afterEach, beforeEach, expect, test } from "vitest";
import { download } from "./download.node.ts";
import { gitBlobHash, openRepository, type HubFile } from "./hub.node.ts";
import { describeFolder } from "./model-folder.ts";
import { peek } from "./peek.node.ts";
import { run } from "./run.node.ts";
import { spec } from "./spec.ts";

const assets = join(import.meta.dirname, "../../../../shared/assets");
const stories = join(assets, "derived/stories260K-hf");
const commit = "0123456789abcdef0123456789abcdef01234567";
const signal = new AbortController().signal;

const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");
const gitHash = (bytes: Uint8Array) => gitBlobHash(bytes.length).update(bytes).digest("hex");

/** A small model repository: weights over the LFS line, the rest below it. */
async function repositoryFiles(): Promise<Record<string, Uint8Array>> {
  const data = new Float32Array(40_000).map((_, at) => at / 40_000);
  return {
    "config.json": Buffer.from('{"model_type":"llama","vocab_size":512,"max_position_embeddings":256}'),
    "model.safetensors": await safetensorsBytes([{ name: "w", dtype: "F32", shape: [200, 200], data: () => data }]),
    "pytorch_model.bin": Buffer.from("not taken"),
    "README.md": Buffer.from("# a model"),
  };
}

/** A server with the Hub's routes that cuts each large answer after `cutAfter` bytes. Counts requests and remembers ranges. */
async function hubServer(files: Record<string, Uint8Array>, { cutAfter = Infinity, ranges = true } = {}) {
  const seen: (string | undefined)[] = [];

  function tree(): object[] {
    return Object.entries(files).map(([path, bytes]) => ({
      type: "file",
      path,
      size: bytes.length,
      oid: gitHash(bytes),
      ...(path.endsWith(".safetensors") ? { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 134 } } : {}),
    }));
  }

  function sendFile(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
    const { range } = request.headers;
    const asked = ranges ? /^bytes=(\d+)-(\d*)$/.exec(range ?? "") : null;
    const start = Number(asked?.[1] ?? 0);
    const end = asked?.[2] ? Number(asked[2]) + 1 : bytes.length;
    const body = bytes.subarray(start, end);
    const head = asked ? { "content-range": `bytes ${start}-${end - 1}/${bytes.length}` } : {};
    response.writeHead(asked ? 206 : 200, { ...head, "content-length": body.length });
    seen.push(range);
    if (body.length <= cutAfter) response.end(body);
    // The pause lets the client read what was sent; a reset right behind it would drop bytes that are still on the way.
    else response.write(body.subarray(0, cutAfter), () => setTimeout(() => response.destroy(), 20));
  }

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (path.startsWith("/api/models/owner/name/revision/")) {
      response.writeHead(path.endsWith("/main") ? 200 : 404).end(JSON.stringify({ sha: commit }));
    } else if (path === `/api/models/owner/name/tree/${commit}`) {
      response.end(JSON.stringify(tree()));
    } else {
      const bytes = files[path.replace(`/owner/name/resolve/${commit}/`, "")];
      if (bytes === undefined) response.writeHead(404).end();
      else sendFile(request, response, bytes);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port }: AddressInfo = Object(server.address());
  return { url: `http://127.0.0.1:${port}`, seen, close: () => server.close() };
}

let scratch = "";
let close = () => {};
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "heddle-load-model-"));
});
afterEach(async () => {
  close();
  delete process.env["HF_ENDPOINT"];
  await rm(scratch, { recursive: true });
});

async function startHub(files: Record<string, Uint8Array>, options?: { cutAfter?: number; ranges?: boolean }) {
  const hub = await hubServer(files, options);
  close = () => void hub.close();
  process.env["HF_ENDPOINT"] = hub.url;
  return hub;
}

const peekContext: PeekContext = {
  resolve: async (path) => path,
  digest: async (path) => sha256(await readFile(path)),
  fetch,
  signal,
};

function lfsFile(bytes: Uint8Array): HubFile {
  return { path: "model.safetensors", size: bytes.length, oid: "0".repeat(40), sha256: sha256(bytes) };
}

const quick = { signal, onProgress: () => {}, pause: 1 };

test("a download goes on after every dropped connection and is whole in the end", async () => {
  const files = await repositoryFiles();
  const hub = await startHub(files, { cutAfter: 50_000 });
  const bytes = files["model.safetensors"]!;
  const target = join(scratch, "model.safetensors");
  const progress: number[] = [];
  const url = `${hub.url}/owner/name/resolve/${commit}/model.safetensors`;
  await download(fetch, url, lfsFile(bytes), target, { ...quick, onProgress: (done) => progress.push(done) });
  expect(sha256(await readFile(target))).toBe(sha256(bytes));
  const starts = hub.seen.map((range) => Number(/\d+/.exec(range ?? "0")?.[0]));
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  expect(starts.length).toBeGreaterThanOrEqual(4);
  expect(starts.at(-1)).toBeGreaterThanOrEqual(bytes.length - 50_000);
  expect(progress.at(-1)).toBe(bytes.length);
});

test("a stopped download is taken up by the next run", async () => {
  const files = await repositoryFiles();
  const hub = await startHub(files, { cutAfter: 50_000 });
  const bytes = files["model.safetensors"]!;
  const target = join(scratch, "model.safetensors");
  const url = `${hub.url}/owner/name/resolve/${commit}/model.safetensors`;
  const stop = new AbortController();
  const onProgress = (done: number) => done >= 100_000 && stop.abort(new Error("stopped"));
  await expect(
    download(fetch, url, lfsFile(bytes), target, { ...quick, signal: stop.signal, onProgress }),
  ).rejects.toThrow("stopped");
  const kept = (await stat(`${target}.part`)).size;
  expect(kept).toBeGreaterThanOrEqual(100_000);
  const before = hub.seen.length;
  await download(fetch, url, lfsFile(bytes), target, quick);
  expect(hub.seen[before]).toBe(`bytes=${kept}-`);
  expect(sha256(await readFile(target))).toBe(sha256(bytes));
});

test("a server without ranges is read from the start, and given up on after some tries", async () => {
  const files = await repositoryFiles();
  const bytes = files["model.safetensors"]!;
  const hub = await startHub(files, { cutAfter: 50_000, ranges: false });
  const url = `${hub.url}/owner/name/resolve/${commit}/model.safetensors`;
  await expect(download(fetch, url, lfsFile(bytes), join(scratch, "m"), { ...quick, patience: 2 })).rejects.toThrow(
    /model\.safetensors: \d+ of \d+ bytes after 2 tries .*run again to go on/,
  );
});

test("content that is not what the listing says is refused and thrown away", async () => {
  const files = await repositoryFiles();
  const hub = await startHub(files);
  const bytes = files["model.safetensors"]!;
  const target = join(scratch, "model.safetensors");
  const file = { ...lfsFile(bytes), sha256: "f".repeat(64) };
  const url = `${hub.url}/owner/name/resolve/${commit}/model.safetensors`;
  await expect(download(fetch, url, file, target, quick)).rejects.toThrow(
    /model\.safetensors: the listing's digest is f+ but/,
  );
  expect(existsSync(target) || existsSync(`${target}.part`)).toBe(false);
});

test.skipIf(!existsSync("/dev/full"))("a full disk is named, at once (skipped without /dev/full)", async () => {
  const files = await repositoryFiles();
  const hub = await startHub(files);
  await symlink("/dev/full", join(scratch, "model.safetensors.part"));
  const url = `${hub.url}/owner/name/resolve/${commit}/model.safetensors`;
  const file = lfsFile(files["model.safetensors"]!);
  await expect(download(fetch, url, file, join(scratch, "model.safetensors"), quick)).rejects.toThrow(
    /model\.safetensors\.part: the disk is full; free some space and run again to go on/,
  );
});

test("peeking at a repository pins the commit and reads headers, never the weights", async () => {
  const files = await repositoryFiles();
  const hub = await startHub(files);
  const fact = await peek({ repo: "owner/name", revision: "main" }, peekContext);
  expect(fact.resolved).toEqual({ revision: commit });
  expect(fact.outputs["model"]).toMatchObject({
    kind: "model",
    facets: { architecture: "llama", dtype: "float32", context: 256, vocabulary: 512, format: "safetensors" },
  });
  const header = hub.seen.filter((range) => range !== undefined);
  expect(header).toHaveLength(2);
  expect(header[0]).toBe("bytes=0-7");

  await writeFile(join(scratch, "config.json"), files["config.json"]!);
  await writeFile(join(scratch, "model.safetensors"), files["model.safetensors"]!);
  const local = await peek({ path: scratch, revision: "main" }, peekContext);
  expect({ ...local, resolved: undefined }).toEqual({ ...fact, resolved: undefined });
});

test("a small file that differs from Git's digest is refused", async () => {
  const files = await repositoryFiles();
  await startHub(files);
  const repository = await openRepository(fetch, "owner/name", "main");
  files["config.json"] = Buffer.from("{}");
  await expect(repository.read("config.json")).rejects.toThrow(/config\.json: the Hub's digest is [0-9a-f]{40} but/);
});

test("a listing that leaves the repository is refused", async () => {
  await startHub({ ...(await repositoryFiles()), "../evil.safetensors": new Uint8Array(9) });
  await expect(openRepository(fetch, "owner/name", "main")).rejects.toThrow(
    /\.\.\/evil\.safetensors: the Hub lists a path that leaves its repository/,
  );
});

test("a link in the folder is asked for like any path", async () => {
  const files = await repositoryFiles();
  const folder = join(scratch, "model");
  await mkdir(folder);
  await writeFile(join(folder, "config.json"), files["config.json"]!);
  await writeFile(join(scratch, "elsewhere"), files["model.safetensors"]!);
  await symlink(join(scratch, "elsewhere"), join(folder, "model.safetensors"));
  const within = async (path: string) => {
    const real = await realpath(path);
    if (!real.startsWith(await realpath(folder))) throw new Error(`${path} lies outside`);
    return real;
  };
  await expect(peek({ path: folder, revision: "main" }, { ...peekContext, resolve: within })).rejects.toThrow(
    /model\.safetensors lies outside/,
  );
  expect((await peek({ path: folder, revision: "main" }, peekContext)).outputs["model"]).toBeDefined();
});

test("a revision that is not there is named", async () => {
  await startHub(await repositoryFiles());
  await expect(openRepository(fetch, "owner/name", "gone")).rejects.toThrow(
    /owner\/name at gone: not found on the Hub \(404\)/,
  );
});

test("a run downloads the pinned commit through drops and leaves model and tokenizer", async () => {
  const files = await repositoryFiles();
  await startHub(files, { cutAfter: 50_000 });
  process.env["HEDDLE_HOME"] = scratch;
  using bench = workbench();
  const { files: outputs } = await bench.run(
    spec,
    (context) => run({ ...context, fetch }),
    { repo: "owner/name", revision: "main" },
    {},
  );
  delete process.env["HEDDLE_HOME"];
  const { directory, facets } = outputs["model"]!;
  expect((await directorySource(directory).list()).map(({ path }) => path)).toEqual([
    "config.json",
    "model.safetensors",
  ]);
  expect(sha256(await readFile(join(directory, "model.safetensors")))).toBe(sha256(files["model.safetensors"]!));
  expect(facets).toMatchObject({ architecture: "llama", format: "safetensors" });
  expect(await readdir(join(scratch, "downloads"))).toEqual([]);
});

test.skipIf(!existsSync(stories))(
  "a run on a folder copies what belongs to the model (skipped without ../shared/assets)",
  async () => {
    using bench = workbench();
    const { files } = await bench.run(spec, run, { path: stories }, {});
    const paths = async (port: string) =>
      (await directorySource(files[port]!.directory).list()).map(({ path }) => path);
    expect(await paths("model")).toEqual([
      "config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    expect(await paths("tokenizer")).toEqual(["tokenizer.json", "tokenizer_config.json"]);
    const peeked = await peek({ path: stories, revision: "main" }, peekContext);
    expect(files["model"]!.facets).toEqual(facetsOf(peeked.outputs["model"]));
    expect(files["tokenizer"]!.facets).toEqual(facetsOf(peeked.outputs["tokenizer"]));
  },
);

test.skipIf(!existsSync(stories))(
  "a chat template that is given travels with the model (skipped without ../shared/assets)",
  async () => {
    const template = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}";
    using bench = workbench();
    const bare = await peek({ path: stories, revision: "main" }, peekContext);
    expect(facetsOf(bare.outputs["model"])["chat"]).toBe("none");
    const peeked = await peek({ path: stories, revision: "main", chat_template: template }, peekContext);
    expect(peeked.identity).not.toBe(bare.identity);
    const { files } = await bench.run(spec, run, { path: stories, chat_template: template }, {});
    for (const port of ["model", "tokenizer"]) {
      const { directory, facets } = files[port]!;
      expect((await readTokenizer(directorySource(directory))).chatTemplate).toBe(template);
      expect(facets["chat"]).toBe(sha256(template));
      expect(facets).toEqual(facetsOf(peeked.outputs[port]));
    }
    // A folder that is loaded again with what it got is the same model.
    const again = await peek({ path: files["model"]!.directory, revision: "main" }, peekContext);
    expect(again.outputs).toEqual(peeked.outputs);
    const wrong = peek({ path: stories, revision: "main", chat_template: "{% for %}" }, peekContext);
    await expect(wrong).rejects.toThrow(/chat template/);
  },
);

test.each([
  [{ "config.json": "{}", "pytorch_model.bin": "x" }, /pytorch_model\.bin: is a pickle, and loading one can run code/],
  [{ "config.json": "{}" }, /model\.safetensors: not found/],
  [{ "pytorch_model.bin": "x" }, /config\.json: not found/],
  [{ "config.json": "{}", "model.safetensors": "short" }, /model\.safetensors: 5 bytes is too short/],
])("refuses a folder with %o", async (files, message) => {
  for (const [path, content] of Object.entries(files)) await writeFile(join(scratch, path), content);
  await expect(peek({ path: scratch, revision: "main" }, peekContext)).rejects.toThrow(message);
});

test("a pickle, a file and nothing at all are refused as paths", async () => {
  const pickle = join(scratch, "model.ckpt");
  await writeFile(pickle, "x");
  await expect(peek({ path: pickle, revision: "main" }, peekContext)).rejects.toThrow(/is a pickle/);
  await expect(peek({ path: join(scratch, "none"), revision: "main" }, peekContext)).rejects.toThrow(
    /not found; choose a folder/,
  );
});

test.skipIf(!existsSync(stories))("a real folder's facets (skipped without ../shared/assets)", async () => {
  const source = directorySource(stories);
  const folder = await describeFolder(source, async (path) => sha256(await source.read(path)));
  expect(folder.files).toEqual(["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"]);
  expect(folder.model).toMatchObject({ architecture: "llama", context: 512, vocabulary: 512, dtype: "float32" });
  expect(folder.model["tokenizer"]).toBe(folder.tokenizerFacets["tokenizer"]);
  expect(folder.tokenizerFacets["vocabulary"]).toBe(512);
});
