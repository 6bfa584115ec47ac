import { createServer } from "node:http";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, describe, expect, test, vi } from "vitest";
import { printType } from "@heddle/schema/print";
import { layFiles, rowsIn, runNode, withFolder, type NodeResult } from "../../../test/conformance/harness.ts";

const assets = new URL("../../../../shared/assets/", import.meta.url).pathname;
const present = existsSync(assets);

type Files = Readonly<Record<string, string | Uint8Array>>;

function load(files: Files, params: Record<string, unknown>): Promise<NodeResult> {
  return withFolder(async (folder) => {
    await layFiles(folder, files);
    return runNode("load-dataset", { params, directory: folder }, folder);
  });
}

function loadFrom(directory: string, params: Record<string, unknown>): Promise<NodeResult> {
  return withFolder((scratch) => runNode("load-dataset", { params, directory }, scratch));
}

/** Kinds of cells that the golden files write as JSON has them. */
const simpleKinds = new Set(["string", "int", "bool", "float"]);

/** What JSON can say of a cell. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value ?? null, (_, cell: unknown) => (typeof cell === "bigint" ? Number(cell) : cell));
  return JSON.parse(text);
}

async function identityOf(files: Files, path: string): Promise<string> {
  return (await load(files, { path })).fact!.identity;
}

function typeOf({ outputs }: NodeResult): string {
  return printType(outputs["rows"]!.type);
}

describe("formats", () => {
  const jsonl = '{"text": "a", "n": 1}\n\n{"text": "ä", "n": 2.5, "more": [1]}\n';
  const rows = [
    { text: "a", n: 1, more: null },
    { text: "ä", n: 2.5, more: [1] },
  ];
  const type = "rows<{text: string, n: float, more: list<int>}>";

  test.each<[string, string | Uint8Array]>([
    ["a.jsonl", jsonl],
    ["a.ndjson", jsonl.replaceAll("\n", "\r\n")],
    ["a.jsonl.gz", gzipSync(jsonl)],
    ["a.jsonl.zst", zstdCompressSync(jsonl)],
    ["two-members.jsonl.gz", Buffer.concat([gzipSync(jsonl.slice(0, 30)), gzipSync(jsonl.slice(30))])],
    ["mark.jsonl", `\uFEFF${jsonl}`],
    ["a.json", `[\n${jsonl.trim().replace("\n\n", ",\n")}\n]\n`],
    ["lines.json", jsonl],
    [
      "inside.json",
      JSON.stringify({
        version: 1,
        data: jsonl
          .split("\n")
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      }),
    ],
  ])("%s", async (name, content) => {
    const result = await load({ [name]: content }, { path: name });
    expect(rowsIn(result.outputs["rows"])).toEqual(rows);
    expect(typeOf(result)).toBe(type);
    expect(printType(result.fact!.outputs["rows"]!)).toBe(type);
    expect(result.fact!.rows).toBe(2);
  });

  test.each<[string, string, Record<string, unknown>]>([
    ["a.csv", 'id,text,ok\n1,"a, ""b""\nc",true\n2,plain,FALSE\n', {}],
    ["a.tsv", 'id\ttext\tok\n1\t"a, ""b""\nc"\ttrue\n2\tplain\tFALSE\n', {}],
    ["semicolon.csv", 'id;text;ok\n1;"a, ""b""\nc";true\n2;plain;FALSE\n', {}],
  ])("%s", async (name, content, params) => {
    const result = await load({ [name]: content }, { path: name, ...params });
    expect(typeOf(result)).toBe("rows<{id: int, text: string, ok: bool}>");
    expect(rowsIn(result.outputs["rows"])).toEqual([
      { id: 1, text: 'a, "b"\nc', ok: true },
      { id: 2, text: "plain", ok: false },
    ]);
  });

  test("CSV types: whole column or string; leading zeros stay text; empty is null where it is not text", async () => {
    const result = await load({ "a.csv": "zip,n,x,mixed\n007,1,1,1\n010,,2.5,a\n" }, { path: "a.csv" });
    expect(typeOf(result)).toBe("rows<{zip: string, n: int, x: float, mixed: string}>");
    expect(rowsIn(result.outputs["rows"])[1]).toEqual({ zip: "010", n: null, x: 2.5, mixed: "a" });
  });

  test("CSV without header", async () => {
    const result = await load({ "a.csv": "q,1\nr,2\n" }, { path: "a.csv", header: false });
    expect(rowsIn(result.outputs["rows"])).toEqual([
      { column_1: "q", column_2: 1 },
      { column_1: "r", column_2: 2 },
    ]);
  });

  test.each([
    ["line", ["one", "two", "three"]],
    ["paragraph", ["one\ntwo", "three"]],
    ["file", ["one\ntwo\n\nthree"]],
  ])("text by %s", async (unit, texts) => {
    const result = await load({ "a.txt": "one\ntwo\n\nthree\n" }, { path: "a.txt", text_rows: unit });
    expect(rowsIn(result.outputs["rows"]).map((row) => row["text"])).toEqual(texts);
  });

  test("a Markdown file is text where it is named, and no data where a folder is", async () => {
    const files = { "d/notes.md": "one\n", "d/a.jsonl": '{"a": 1}\n' };
    expect(rowsIn((await load(files, { path: "d/notes.md" })).outputs["rows"])).toEqual([{ text: "one" }]);
    expect(rowsIn((await load(files, { path: "d" })).outputs["rows"])).toEqual([{ a: 1 }]);
  });

  test("a folder and a pattern: all files in the order of their names, columns of all", async () => {
    const files = {
      "d/b.jsonl": '{"a": 2}\n',
      "d/a.jsonl": '{"a": 1, "b": "x"}\n',
      "d/README.md": "hi",
      "d/.hidden/c.jsonl": "{}",
    };
    for (const path of ["d", "d/*.jsonl"]) {
      const result = await load(files, { path });
      expect(rowsIn(result.outputs["rows"])).toEqual([
        { a: 1, b: "x" },
        { a: 2, b: null },
      ]);
    }
  });

  test("whole numbers that a double cannot hold keep every digit; mixed values become json", async () => {
    const result = await load(
      { "a.jsonl": '{"id": 9007199254740993, "v": 1}\n{"id": 1, "v": "x"}\n' },
      { path: "a.jsonl" },
    );
    expect(typeOf(result)).toBe("rows<{id: int, v: json}>");
    expect(rowsIn(result.outputs["rows"])).toEqual([
      { id: 9007199254740993n, v: 1 },
      { id: 1, v: "x" },
    ]);
  });

  test("limit reads the first rows only", async () => {
    const result = await load({ "a.jsonl": '{"a": 1}\n{"a": 2}\n{"a": 3}\n' }, { path: "a.jsonl", limit: 2 });
    expect(rowsIn(result.outputs["rows"])).toEqual([{ a: 1 }, { a: 2 }]);
  });

  test("the identity is the content's, whatever the file is called", async () => {
    const one = await identityOf({ "a.jsonl": '{"a": 1}\n' }, "a.jsonl");
    expect(await identityOf({ "b.jsonl": '{"a": 1}\n' }, "b.jsonl")).toBe(one);
    expect(await identityOf({ "a.jsonl": '{"a": 2}\n' }, "a.jsonl")).not.toBe(one);
  });
});

describe("conversations become messages", () => {
  const chat = [
    { role: "user", content: "hi" },
    { role: "assistant", content: "hello" },
  ];
  test.each<[string, Record<string, unknown>, unknown]>([
    ["OpenAI", { messages: chat }, chat],
    [
      "OpenAI in parts",
      {
        messages: [
          { role: "user", content: [{ type: "text", text: "hi" }] },
          { role: "assistant", content: "hello" },
        ],
      },
      chat,
    ],
    [
      "ShareGPT",
      {
        conversations: [
          { from: "human", value: "hi" },
          { from: "gpt", value: "hello" },
        ],
      },
      chat,
    ],
    [
      "ShareGPT with system and tool",
      {
        system: "be kind",
        conversations: [
          { from: "human", value: "hi" },
          { from: "observation", value: "3" },
        ],
      },
      [
        { role: "system", content: "be kind" },
        { role: "user", content: "hi" },
        { role: "tool", content: "3" },
      ],
    ],
    ["Alpaca", { instruction: "hi", input: "", output: "hello" }, chat],
    [
      "Alpaca with input and history",
      { instruction: "add", input: "1 2", output: "3", history: [["hi", "hello"]] },
      [...chat, { role: "user", content: "add\n1 2" }, { role: "assistant", content: "3" }],
    ],
  ])("%s", async (_, row, messages) => {
    const result = await load({ "a.jsonl": JSON.stringify(row) }, { path: "a.jsonl" });
    expect(rowsIn(result.outputs["rows"])[0]!["messages"]).toEqual(messages);
    expect(typeOf(result)).toContain("messages: list<{role, content}>");
    const off = await load({ "a.jsonl": JSON.stringify(row) }, { path: "a.jsonl", chat: "off" });
    expect(Object.keys(rowsIn(off.outputs["rows"])[0]!)).toEqual(Object.keys(row));
  });
});

describe("bad input, in one sentence", () => {
  const broken = '{"a": 1}\n{"a": 2\n{"a": 3}\n';
  const parquetHead = Buffer.from("PAR1");
  test.each<[string, Files, Record<string, unknown>, string]>([
    [
      "a broken line",
      { "a.jsonl": broken },
      { path: "a.jsonl" },
      "a.jsonl: line 2: broken JSON: expected ',' or '}' after property value",
    ],
    [
      "a line that is no object",
      { "a.jsonl": '{"a":1}\n[1]\n' },
      { path: "a.jsonl" },
      "a.jsonl: line 2: a list instead of an object",
    ],
    [
      "an element of a list",
      { "a.json": '[\n{"a": 1},\n{"a": }\n]' },
      { path: "a.json" },
      "a.json: line 3: broken JSON",
    ],
    [
      "a list that is not closed",
      { "a.json": '[{"a": 1},\n{"a": 2}' },
      { path: "a.json" },
      "a.json: line 2: the list is not closed",
    ],
    [
      "JSON that is no table",
      { "a.json": '{"a": 1}' },
      { path: "a.json" },
      "a.json: an object instead of a list of objects",
    ],
    ["a ragged CSV", { "a.csv": "a,b\n1,2\n3\n" }, { path: "a.csv" }, "a.csv: line 3: 1 field, the header has 2"],
    [
      "an open quote",
      { "a.csv": 'a,b\n1,"x\n2,3\n' },
      { path: "a.csv" },
      "a.csv: line 2: a quoted field that starts here is never closed",
    ],
    [
      "a header twice",
      { "a.csv": "a,a\n1,2\n" },
      { path: "a.csv" },
      'a.csv: line 1: the header names the column "a" twice',
    ],
    [
      "bytes that are no text",
      { "a.jsonl": Buffer.from('{"a": 1}\n{"a": "\xff"}\n', "latin1") },
      { path: "a.jsonl" },
      "a.jsonl: line 2: not UTF-8 text",
    ],
    [
      "UTF-16",
      { "a.csv": Buffer.from("\uFEFFa,b\n", "utf16le") },
      { path: "a.csv" },
      "a.csv: this file is UTF-16, not UTF-8",
    ],
    ["an empty file", { "a.jsonl": "" }, { path: "a.jsonl" }, "a.jsonl: the file is empty"],
    ["no rows", { "a.csv": "a,b\n" }, { path: "a.csv" }, "a.csv: there are no rows in it"],
    ["a missing file", {}, { path: "gone.jsonl" }, "there is no file or folder gone.jsonl"],
    ["a pattern without files", {}, { path: "*.jsonl" }, "no file matches *.jsonl"],
    [
      "a folder without data",
      { "d/README.md": "" },
      { path: "d" },
      "d is a folder without JSONL, JSON, CSV, Parquet or text files",
    ],
    [
      "a folder of two minds",
      { "d/a.csv": "a\n1", "d/b.txt": "x" },
      { path: "d" },
      "d holds csv and text files; set format to one of them",
    ],
    [
      "an unknown ending",
      { "a.dat": "x" },
      { path: "a.dat" },
      "a.dat: its name does not say how it is written; set format",
    ],
    [
      "a gzip cut short",
      { "a.jsonl.gz": gzipSync(broken.repeat(50)).subarray(0, 40) },
      { path: "a.jsonl.gz", on_error: "skip" },
      "a.jsonl.gz: the compressed data is cut short",
    ],
    [
      "a zstd cut short",
      { "a.jsonl.zst": zstdCompressSync(broken.repeat(50)).subarray(0, 30) },
      { path: "a.jsonl.zst", on_error: "skip" },
      "a.jsonl.zst: the compressed data is cut short",
    ],
    [
      "a gzip that is none",
      { "a.jsonl.gz": "{}" },
      { path: "a.jsonl.gz" },
      "a.jsonl.gz: its name says compressed, but it is not",
    ],
    [
      "a Parquet that is none",
      { "a.parquet": "a,b,c,d,e,f\n" },
      { path: "a.parquet" },
      "a.parquet: this is not a Parquet file",
    ],
    [
      "a Parquet without footer",
      { "a.parquet": Buffer.concat([parquetHead, Buffer.alloc(50)]) },
      { path: "a.parquet" },
      "a.parquet: the Parquet file is cut short",
    ],
    [
      "a footer that lies",
      { "a.parquet": Buffer.concat([parquetHead, Buffer.alloc(8), Buffer.from([0xff, 0xff, 0, 0]), parquetHead]) },
      { path: "a.parquet" },
      "a.parquet: the Parquet footer claims 65535 bytes, the file has 20; it is damaged",
    ],
    ["no source", {}, {}, "no source is chosen"],
    ["two sources", { "a.txt": "x" }, { path: "a.txt", dataset: "a/b" }, ""],
  ])("%s", async (_, files, params, sentence) => {
    await expect(load(files, params)).rejects.toThrow(sentence);
  });

  test("on_error skip keeps the rest and names what it left out", async () => {
    const result = await load({ "a.jsonl": broken }, { path: "a.jsonl", on_error: "skip" });
    expect(rowsIn(result.outputs["rows"])).toEqual([{ a: 1 }, { a: 3 }]);
    expect(result.log[0]).toContain("skipped a.jsonl: line 2: broken JSON");
    expect(result.log.at(-1)).toBe("1 broken rows were left out");
  });
});

describe("from a server", () => {
  const close: (() => void)[] = [];
  afterEach(() => {
    close.splice(0).forEach((one) => one());
    vi.unstubAllEnvs();
  });

  async function serve(
    routes: Readonly<Record<string, string | Uint8Array>>,
  ): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? "");
      asked.push(path);
      const body = routes[path];
      if (body === undefined) return void response.writeHead(404).end();
      const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
      const bytes = Buffer.from(body);
      if (!range) return void response.writeHead(200, { "content-length": bytes.length }).end(bytes);
      return void response.writeHead(206).end(bytes.subarray(Number(range[1]), Number(range[2]) + 1));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    close.push(() => server.close());
    // A listening server's address is an object.
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }

  test("a URL is read, and pinned by its content", async () => {
    const { url } = await serve({ "/d/rows.jsonl": '{"a": 1}\n' });
    const result = await load({}, { path: `${url}/d/rows.jsonl` });
    expect(rowsIn(result.outputs["rows"])).toEqual([{ a: 1 }]);
    expect(result.fact!.resolved).toEqual({ sha256: result.fact!.identity });
    await expect(load({}, { path: `${url}/d/gone.jsonl` })).rejects.toThrow("the server answers 404");
  });

  test("a Hub dataset: the branch becomes a commit, the train split is read", async () => {
    const commit = "0123456789abcdef0123456789abcdef01234567";
    const siblings = ["README.md", "data/test-0.jsonl", "data/train-0.jsonl", "data/train-1.jsonl"].map(
      (rfilename) => ({ rfilename }),
    );
    const listing = JSON.stringify({ sha: commit, siblings });
    const place = `/datasets/me/tales/resolve/${commit}/data`;
    const { url, asked } = await serve({
      "/api/datasets/me/tales/revision/main": listing,
      "/api/datasets/me/tales/revision/v1": listing,
      [`${place}/train-0.jsonl`]: '{"a": 1}\n',
      [`${place}/train-1.jsonl`]: '{"a": 2}\n',
      [`${place}/test-0.jsonl`]: '{"a": 9}\n',
    });
    vi.stubEnv("HF_ENDPOINT", url);
    const answer = load({}, { dataset: "me/tales", revision: "v1" });
    // The run asks for the commit, not for the branch.
    await expect(answer).rejects.toThrow(`revision/${commit} cannot be read`);
    expect(asked).toContain("/api/datasets/me/tales/revision/v1");

    const pinned = await serve({
      "/api/datasets/me/tales/revision/main": listing,
      [`/api/datasets/me/tales/revision/${commit}`]: listing,
      [`${place}/train-0.jsonl`]: '{"a": 1}\n',
      [`${place}/train-1.jsonl`]: '{"a": 2}\n',
      [`${place}/test-0.jsonl`]: '{"a": 9}\n',
    });
    vi.stubEnv("HF_ENDPOINT", pinned.url);
    const result = await load({}, { dataset: "me/tales" });
    expect(rowsIn(result.outputs["rows"])).toEqual([{ a: 1 }, { a: 2 }]);
    expect(result.fact!.resolved).toEqual({ revision: commit });
    const test = await load({}, { dataset: "me/tales", files: "data/test-*.jsonl" });
    expect(rowsIn(test.outputs["rows"])).toEqual([{ a: 9 }]);
  });
});

describe.skipIf(!present)("real files (need ../shared/assets beside the checkout)", async () => {
  const folder = join(assets, "parquet/hyparquet");
  const names = present ? (await readdir(folder)).filter((name) => name.endsWith(".parquet")) : [];

  test.each(names)("Parquet %s", async (name) => {
    const golden: Record<string, unknown>[] = JSON.parse(
      await readFile(join(folder, name.replace(/parquet$/, "json")), "utf8"),
    );
    const result = await loadFrom(folder, { path: name, chat: "off" });
    const rows = rowsIn(result.outputs["rows"]);
    expect(rows).toHaveLength(golden.length);
    expect(result.fact!.rows).toBe(golden.length);
    const { type } = result.outputs["rows"]!;
    const columns = Object.entries(type.kind === "rows" ? type.schema.columns : {});
    for (const [i, [column, { kind }]] of columns.entries()) {
      // The golden rows are lists of cells.
      if (simpleKinds.has(kind))
        expect(rows.map((row) => plain(row[column]))).toEqual(golden.map((row) => row[i] ?? null));
    }
  });

  test.each([
    ["instruct/torchtune/alpaca_tiny.json", "instruction"],
    ["instruct/torchtune/chat_tiny.json", "conversations"],
    ["instruct/sharegpt/dummy_conversation.json", "conversations"],
    ["instruct/llamafactory/alpaca_en_demo.json", "instruction"],
    ["instruct/llamafactory/identity.json", "instruction"],
    ["instruct/llamafactory/glaive_toolcall_en_demo.json", "conversations"],
  ])("%s is recognised as a conversation", async (path, column) => {
    const golden: Record<string, unknown>[] = JSON.parse(await readFile(join(assets, path), "utf8"));
    const result = await loadFrom(assets, { path });
    const rows = rowsIn(result.outputs["rows"]);
    expect(rows.map((row) => plain(row[column]))).toEqual(golden.map((row) => row[column]));
    expect(rows.every((row) => Array.isArray(row["messages"]) && row["messages"].length > 0)).toBe(true);
    expect(typeOf(result)).toContain("messages: list<{role, content}>");
  });

  test.each([
    ["eval/humaneval/HumanEval.jsonl.gz", 164],
    ["eval/mt_bench/question.jsonl", 80],
    ["instruct/llamafactory/c4_demo.jsonl", 300],
  ])("%s has %i rows", async (path, count) => {
    const result = await loadFrom(assets, { path });
    expect(rowsIn(result.outputs["rows"])).toHaveLength(count);
  });

  test("MMLU's 57 CSV files", async () => {
    const result = await loadFrom(assets, { path: "eval/mmlu/dev/*.csv" });
    expect(rowsIn(result.outputs["rows"])).toHaveLength(57 * 5);
  });

  test("a Parquet cut anywhere is one sentence", async () => {
    const whole = await readFile(join(folder, "alpha.parquet"));
    for (const share of [0.1, 0.5, 0.9, 0.999]) {
      const cut = whole.subarray(0, Math.floor(whole.length * share));
      await expect(load({ "a.parquet": cut }, { path: "a.parquet" })).rejects.toThrow(
        /^a\.parquet: .*(cut short|not a Parquet)/,
      );
    }
  });
});

test("a file far larger than what is held at once", async () => {
  await withFolder(async (folder) => {
    const line = `${JSON.stringify({ text: "the loom weaves a thread ".repeat(40) })}\n`;
    await writeFile(join(folder, "big.jsonl"), line.repeat(30_000));
    const result = await runNode(
      "load-dataset",
      { params: { path: "big.jsonl", limit: 25_000 }, directory: folder },
      folder,
    );
    expect(result.outputs["rows"]!.batches!.length).toBeGreaterThan(50);
    expect(result.fact!.rows).toBe(25_000);
  });
});
