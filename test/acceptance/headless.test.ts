// The pipeline without a screen, as a user types it: run, run again, change one parameter, ask why, take things out, stop, kill, go on.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { pythonWith, runPython } from "../machine/python.ts";
import { heddle, mainFile, root, startServer, temporaryHome, type CommandResult } from "../machine/server.ts";

const template = join(root, "templates/fine-tune-and-serve.heddle.json");
const assets = join(root, "../shared/assets");
const home = temporaryHome();
const folder = mkdtempSync(join(tmpdir(), "heddle-headless-"));
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

interface Line {
  readonly kind?: string;
  readonly node?: string;
  readonly step?: number;
  readonly line?: string;
  readonly run?: string;
  readonly state?: string;
  readonly steps?: readonly {
    readonly node: string;
    readonly state: string;
    readonly ms: number;
    readonly outputs: Readonly<Record<string, { type: string; digest: string; rows?: number }>>;
    readonly error?: string;
  }[];
}

const lines = (stdout: string): Line[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const statesOf = (summary: Line | undefined) =>
  Object.fromEntries((summary?.steps ?? []).map(({ node, state }) => [node, state]));

function summaryOf(result: CommandResult): Line {
  const last = lines(result.stdout).at(-1);
  if (last?.steps === undefined) throw new Error(`no summary in ${result.stdout}${result.stderr}`);
  return last;
}

const names = (paths: readonly string[]) => paths.map((path) => path.slice(path.lastIndexOf("/") + 1));

const set = (values: Readonly<Record<string, unknown>>) =>
  Object.entries(values).flatMap(([name, value]) => ["--set", `${name}=${JSON.stringify(value)}`]);

/** The template at a size that two busy cores finish in seconds. */
const small = set({
  "chats.limit": 40,
  "tokens.max_length": 64,
  "eval-tokens.max_length": 64,
  "tuned.steps": 4,
  "tuned.batch_size": 2,
  "tuned.eval_steps": 0,
});

/** A fine-tuning of many short steps, to be stopped in the middle. */
function longTraining(name: string, steps: number): string {
  const file = join(folder, `${name}.heddle.json`);
  const nodes = {
    chats: { type: "load-dataset", params: { path: join(root, "templates/data/captain.jsonl"), limit: 40 } },
    base: { type: "load-model" },
    tokens: {
      type: "tokenize",
      in: { rows: "chats.rows", tokenizer: "base.tokenizer" },
      params: { max_length: 48 },
    },
    tuned: {
      type: "train-lora",
      in: { rows: "tokens.rows", model: "base.model" },
      params: { r: 2, steps, batch_size: 1, save_steps: 10, samples: 0 },
    },
  };
  writeFileSync(file, JSON.stringify({ heddle: 1, name, nodes }));
  return file;
}

/** A command that goes on beside the test; `until` resolves with its lines once one of them, so far, says so. */
function beside(ownHome: string, args: readonly string[]) {
  const child = spawn(process.execPath, [mainFile, ...args], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: "", HEDDLE_HOME: ownHome },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  let output = "";
  let errors = "";
  child.stderr.on("data", (piece: Buffer) => (errors += piece.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const soFar = () => (output.includes("\n") ? lines(output.slice(0, output.lastIndexOf("\n"))) : []);
  return {
    child,
    ended,
    soFar,
    until: (says: (line: Line) => boolean) =>
      new Promise<void>((resolve, reject) => {
        const look = () => soFar().some(says) && resolve();
        child.stdout.on("data", (piece: Buffer) => {
          output += piece.toString();
          look();
        });
        child.once("close", (code) => reject(new Error(`ended with ${code}: ${errors}${output.slice(-2000)}`)));
        look();
      }),
  };
}

const reachesStep = (step: number) => (line: Line) => line.kind === "metric" && (line.step ?? 0) >= step;
const firstStep = (read: readonly Line[]) => read.find((line) => line.kind === "metric")?.step;

describe("the fine-tune template", () => {
  let run = "";

  test("runs, and the second run is all cached and starts nothing", async () => {
    const first = await heddle(home, ["run", template, ...small, "--json"]);
    expect(first.status, first.stderr + first.stdout).toBe(0);
    const summary = summaryOf(first);
    run = summary.run ?? "";
    expect(new Set(Object.values(statesOf(summary)))).toEqual(new Set(["done"]));
    for (const step of summary.steps ?? []) {
      expect(Number.isInteger(step.ms)).toBe(true);
      for (const output of Object.values(step.outputs)) expect(output.digest).toMatch(/^[0-9a-f]{64}$/);
    }
    const second = await heddle(home, ["run", template, ...small, "--json"]);
    expect(second.status).toBe(0);
    expect(new Set(Object.values(statesOf(summaryOf(second))))).toEqual(new Set(["cached"]));
    expect(lines(second.stdout).filter(({ kind }) => kind === "started")).toEqual([]);
    console.log(`cached run of the template: ${second.ms} ms`);
  });

  test("one parameter: explain names it with both values, and only what really changes runs", async () => {
    const changed = [...small, ...set({ "good.where": "stars > 2" })];
    const explained = await heddle(home, ["explain", template, "good", ...changed, "--json"]);
    expect(JSON.parse(explained.stdout).steps).toMatchObject([
      { node: "good", state: "run", changes: [{ name: "where", before: "stars >= 3", after: "stars > 2" }] },
    ]);
    const again = await heddle(home, ["run", template, ...changed, "--json"]);
    expect(again.status, again.stderr).toBe(0);
    // The other expression keeps the same rows, so that nothing below has anything to do.
    const { good, ...others } = statesOf(summaryOf(again));
    expect(good).toBe("done");
    expect(new Set(Object.values(others))).toEqual(new Set(["cached"]));
  });

  test("get takes rows, an adapter and a GGUF file out", async () => {
    const to = join(folder, "taken");
    const take = async (output: string, ...more: string[]) => {
      const result = await heddle(home, ["get", run, output, "--to", join(to, output), ...more]);
      expect(result.status, result.stderr).toBe(0);
      return result.stdout.trimEnd().split("\n").sort();
    };
    const [parquet = ""] = await take("split.train");
    const [jsonl = ""] = await take("split.train", "--format", "jsonl");
    const bytes = readFileSync(parquet);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const rows = await parquetReadObjects({ file, compressors });
    const written = readFileSync(jsonl, "utf8").trimEnd().split("\n");
    expect(rows.length).toBe(written.length);
    expect(rows[0]?.["messages"]).toEqual(JSON.parse(written[0] ?? "").messages);

    expect(names(await take("tuned.adapter"))).toEqual(["adapter_config.json", "adapter_model.safetensors"]);
    const [gguf = ""] = await take("small.model");
    expect(readFileSync(gguf).subarray(0, 4).toString()).toBe("GGUF");
  });

  test("get refuses what is not there, each in a sentence", async () => {
    for (const [args, says] of [
      [["nowhere", "tuned.adapter"], "there is no run nowhere"],
      [[run, "tuned.nothing"], "it has adapter, report"],
    ] as const) {
      const result = await heddle(home, ["get", ...args, "--to", join(folder, "none")]);
      expect(result.status).toBe(2);
      expect(result.stderr).toContain(says);
    }
  });
});

const noAssets = !existsSync(join(assets, "MANIFEST.md"));
const python = noAssets ? undefined : pythonWith("peft", "transformers");

/** Loads the adapter on its base in PEFT and gives the largest weight of what it adds. */
const loadInPeft = `
import json, sys, torch
from transformers import AutoModelForCausalLM
from peft import PeftModel
given = json.load(open(sys.argv[1]))
base = AutoModelForCausalLM.from_pretrained(given["base"], dtype=torch.float32)
before = base(torch.tensor([[1, 5, 9, 200]])).logits
tuned = PeftModel.from_pretrained(base, given["adapter"])
missing = [n for n, p in tuned.named_parameters() if "lora_B" in n and float(p.abs().max()) == 0]
after = tuned(torch.tensor([[1, 5, 9, 200]])).logits
print(json.dumps({"untrained": missing, "change": float((after - before).abs().max())}))
`;

describe.skipIf(noAssets)("the same graph by --set alone (skipped without ../shared/assets)", () => {
  const plain = "{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}\n{% endfor %}";
  const settings = (data: string) => [
    ...small,
    ...set({
      "base.path": join(assets, "derived/stories260K-hf"),
      "chats.path": join(assets, "instruct", data),
      "good.where": "size(messages) > 1",
      "tokens.chat_template": plain,
      "eval-tokens.chat_template": plain,
      "tokens.max_length": 400,
      "eval-tokens.max_length": 400,
    }),
  ];
  let tuned = "";

  test("stories260K on ShareGPT", async () => {
    const data = "sharegpt/dummy_conversation.json";
    const result = await heddle(home, ["run", template, ...settings(data), "--json"]);
    expect(result.status, result.stderr + result.stdout.slice(-3000)).toBe(0);
    tuned = summaryOf(result).run ?? "";
  });

  test.skipIf(python === undefined)(
    "PEFT loads the adapter (skipped without HEDDLE_PYTHON that has peft)",
    async () => {
      const adapter = join(folder, "adapter");
      expect((await heddle(home, ["get", tuned, "tuned.adapter", "--to", adapter])).status).toBe(0);
      const input = { base: join(assets, "derived/stories260K-hf"), adapter };
      const answer = JSON.parse(runPython(python ?? "", loadInPeft, input));
      expect(answer.untrained).toEqual([]);
      expect(answer.change).toBeGreaterThan(0);
    },
  );
});

describe("stopped in the middle", () => {
  test("Ctrl-C ends with 130 within 2 s, and the same command goes on from the checkpoint", async () => {
    const file = longTraining("interrupted", 120);
    const first = beside(home, ["run", file, "--json"]);
    await first.until(reachesStep(20));
    const asked = Date.now();
    first.child.kill("SIGINT");
    expect(await first.ended).toBe(130);
    expect(Date.now() - asked).toBeLessThan(2500);
    expect(first.soFar().at(-1)).toMatchObject({ state: "cancelled" });
    const second = await heddle(home, ["run", file, "--json"]);
    expect(second.status, second.stderr).toBe(0);
    expect(firstStep(lines(second.stdout))).toBeGreaterThanOrEqual(10);
  });

  test("a killed worker is replaced once; a killed engine leaves a home that goes on", async () => {
    const file = longTraining("killed", 160);
    const first = beside(home, ["run", file, "--json"]);
    await first.until(reachesStep(20));
    const attempts = join(home, "attempts");
    for (const id of readdirSync(attempts)) process.kill(Number(readFileSync(join(attempts, id, "pid"), "utf8")), 9);
    await first.until(({ kind, line }) => kind === "log" && line?.includes("trying once more") === true);
    await first.until(reachesStep(40));
    first.child.kill("SIGKILL");
    await first.ended;
    const second = await heddle(home, ["run", file, "--json"]);
    expect(second.status, second.stderr).toBe(0);
    expect(firstStep(lines(second.stdout))).toBeGreaterThanOrEqual(30);
    expect(statesOf(summaryOf(second))).toEqual({ chats: "cached", base: "cached", tokens: "cached", tuned: "done" });
  });
});

test("while a server holds the home, commands go through it", async () => {
  const server = await startServer(home);
  try {
    // Only what the node needs, and all of that is known.
    const ran = await heddle(home, ["run", template, ...small, "--to", "small", "--json"]);
    expect(ran.status, ran.stderr).toBe(0);
    const { run = "" } = summaryOf(ran);
    const cached = ["chats", "good", "split", "base", "tokens", "eval-tokens", "tuned", "merged", "small"];
    expect(statesOf(summaryOf(ran))).toEqual(Object.fromEntries(cached.map((node) => [node, "cached"])));
    const { token } = JSON.parse(readFileSync(join(home, "server.json"), "utf8"));
    const known = await fetch(`${server.url}/api/runs/${run}`, { headers: { Authorization: `Bearer ${token}` } });
    expect(await known.json()).toMatchObject({ id: run, state: "done" });

    const explained = await heddle(home, ["explain", template, "tuned", ...small, "--set", "tuned.r=3"]);
    expect(explained.stdout).toContain("param r: 16 → 3");
    expect((await heddle(home, ["get", run, "small.model", "--to", join(folder, "served")])).status).toBe(0);
    const gone = await heddle(home, ["get", "nowhere", "small.model", "--to", join(folder, "served")]);
    expect([gone.status, gone.stderr]).toEqual([2, expect.stringContaining("there is no run nowhere")]);

    const long = beside(home, ["run", longTraining("through the server", 5000), "--json"]);
    await long.until(reachesStep(5));
    const asked = Date.now();
    long.child.kill("SIGINT");
    expect(await long.ended).toBe(130);
    expect(Date.now() - asked).toBeLessThan(2500);
  } finally {
    await server.stop({ keepHome: true });
  }
});
