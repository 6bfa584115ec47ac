// Bad input to retrieval and synthesis as a user meets it, through the real command line: a sentence each that names the thing and what to do,
// and nothing lost, so that what was made before is cached once the fault is mended.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bombWord, encryptedPdf, scannedPdf } from "../machine/documents.ts";
import { startFaultServer, type Asked, type Behaviour, type FaultServer } from "../machine/openai-faults.ts";
import { heddle, mainFile, root, temporaryHome, type CommandResult } from "../machine/server.ts";

const home = temporaryHome();
const folder = mkdtempSync(join(tmpdir(), "heddle-bad-retrieval-"));
const key = "sk-right-4711";
let provider: FaultServer;

/** Refuses other keys; answers prose, unless the question asks for what it has once learnt to give. */
function behave({ headers, text }: Asked): Behaviour {
  if (headers["authorization"] !== `Bearer ${key}`) return { kind: "status", status: 401, message: "no such key" };
  return {
    kind: "answer",
    text: text.includes("looms") ? '{"question": "What lifts the warp?"}' : "Of course! Here you are.",
  };
}

beforeAll(async () => {
  provider = await startFaultServer(behave);
  mkdirSync(join(folder, "docs"));
  const documents = {
    "good.md": "# Weft\n\nThe weft crosses the warp.\n",
    "encrypted.pdf": encryptedPdf,
    "scan.pdf": scannedPdf,
    "bomb.docx": bombWord(),
    "huge.html": Buffer.alloc(50_000_000, "<p>All work and no play makes a dull page.</p>\n"),
  };
  for (const [name, content] of Object.entries(documents)) writeFileSync(join(folder, "docs", name), content);
  writeFileSync(join(folder, "topics.jsonl"), '{"topic":"rain"}\n{"topic":"looms"}\n');
});
afterAll(async () => {
  await provider[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

type Nodes = Record<string, { type: string; in?: Record<string, string>; params?: Record<string, unknown> }>;

async function command(
  verb: "run" | "check",
  name: string,
  nodes: Nodes,
  ...more: string[]
): Promise<CommandResult & { words: string }> {
  const file = join(folder, `${name}.heddle.json`);
  writeFileSync(file, JSON.stringify({ heddle: 1, name, nodes }));
  const result = await heddle(home, [verb, file, ...more]);
  const words = `${result.stdout}\n${result.stderr}`;
  expect(words, "a sentence, not a stack").not.toMatch(/\n\s+at .*\.ts:\d+/);
  expect(words).not.toContain(key);
  return { ...result, words };
}

function setSecret(value: string): Promise<unknown> {
  const child = spawn(process.execPath, [mainFile, "secret", "set", "test-server"], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: "", HEDDLE_HOME: home },
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.end(`${value}\n`);
  return new Promise((resolve) => child.once("close", resolve));
}

const bad = [
  ["encrypted.pdf", "the PDF is encrypted and asks for a password; save a copy without one"],
  ["scan.pdf", "its only page holds pictures and no text; run OCR first, for example with ocrmypdf"],
  ["bomb.docx", "the archive would unpack to 80 MB or more from 81 kB, as a zip bomb does; it is refused"],
  ["huge.html", "50 MB, and max_file_mb is 32; raise it, or cut the file into parts"],
] as const;

test("documents that cannot be read: a sentence each, and the others are kept", async () => {
  const nodes: Nodes = {
    docs: { type: "load-documents", params: { path: "docs" } },
    chunks: { type: "split-text", in: { rows: "docs.rows" } },
  };
  const { status, words, stdout } = await command("run", "folder", nodes, "--json");
  expect(status, words).toBe(0);
  for (const [name, reason] of bad) expect(words).toContain(`skipped ${name}: ${reason}`);
  const { steps } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  expect([steps[0].outputs.rows.rows, steps[0].outputs.skipped.rows]).toEqual([1, 4]);

  const strict = { docs: { type: "load-documents", params: { path: "docs/encrypted.pdf", on_error: "refuse" } } };
  const refused = await command("run", "strict", strict);
  expect(refused.status).toBe(1);
  expect(refused.words).toContain(`docs: failed (encrypted.pdf: ${bad[0][1]}`);
});

const asking: Nodes = {
  seeds: { type: "load-dataset", params: { path: "topics.jsonl" } },
  llm: { type: "endpoint", params: { provider: "custom", api_key: "test-server" } },
  quiz: {
    type: "synth-generate",
    in: { rows: "seeds.rows", endpoint: "llm.endpoint" },
    params: { prompt: "Ask about {{ topic }}.", fields: [{ name: "question" }], repairs: 0 },
  },
};
const wired = () => ({
  ...asking,
  llm: { type: "endpoint", params: { ...asking["llm"]?.params, base_url: provider.url } },
});

test("an endpoint with a wrong key, then prose where JSON was asked: what is done stays done", async () => {
  await setSecret("sk-wrong");
  const refused = await command("run", "asking", wired());
  expect(refused.status).toBe(1);
  expect(refused.words).toContain("seeds: done");
  expect(refused.words).toContain("answered 401: no such key; check the key: the secret that the endpoint names");
  await setSecret(key);
  const prose = await command("run", "asking", wired(), "--json");
  expect(prose.status, prose.words).toBe(0);
  expect(prose.words).toContain("the model answered prose where JSON was asked");
  const steps: { node: string; state: string }[] = JSON.parse(prose.stdout.trimEnd().split("\n").at(-1) ?? "").steps;
  expect(steps.map(({ node, state }) => `${node} ${state}`)).toEqual(["seeds cached", "llm cached", "quiz done"]);
});

const searching = (query: object, where = "", columns: Record<string, string> = {}): Nodes => ({
  docs: { type: "load-documents", params: { path: "docs/good.md" } },
  vectors: { type: "embed", in: { rows: "docs.rows" } },
  index: { type: "index", in: { rows: "vectors.rows" }, params: { keep: ["path"] } },
  ask: { type: "request", params: { examples: [{ query: "weft" }] } },
  more: { type: "derive", in: { rows: "ask.rows" }, params: { columns } },
  query: { type: "embed", in: { rows: "more.rows" }, params: { column: "query", ...query } },
  found: { type: "retrieve", in: { rows: "query.rows", index: "index.index" }, params: { where } },
});

test.each([
  ["an index built with another embedder", searching({ dimensions: 32 }), /found.*embedder/],
  ["a missing column in derive", searching({}, "", { year: "yaer + 1" }), /more.*there is no column yaer|more.*yaer/],
  ["a missing column in retrieve's filter", searching({}, "paht == 'x'"), /found.*paht.*path/],
])("%s is an issue before anything runs", async (name, nodes, sentence) => {
  const { status, words } = await command("check", name.replaceAll(/\W+/g, "-"), nodes);
  expect(status, words).toBe(2);
  expect(words).toMatch(sentence);
});
