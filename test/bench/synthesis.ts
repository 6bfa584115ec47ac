// Rows per second against an endpoint that answers after 20 ms, 32 requests at a time: a bare asynchronous client in Python (raw sockets, no
// library; ../shared/peers/bench_synth.py asyncio), our client, and the whole node with its template, journal on disk and columns, asking the
// server directly and through the node endpoint, whose relay is a process of its own as in the runtime. They take turns in one run; the best
// turn of each counts, and the median of each turn's ratio.
import { execFileSync, fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openClient } from "@heddle/llm-client/client";
import { checkpointsOf } from "../../apps/runtime/src/executor/checkpoints.ts";
import { openStore } from "../../apps/runtime/src/store.ts";
import { run as synthesize } from "../../packages/nodes/synth-generate/run.node.ts";
import { spec } from "../../packages/nodes/synth-generate/spec.ts";
import type { Endpoint } from "@heddle/schema/node";
import { workbench } from "../workbench.ts";
import type { FromRelay } from "./processes/endpoint.ts";

export const title = "Synthesis against a 20 ms endpoint, 32 requests at a time";

const peers = join(import.meta.dirname, "../../../shared/peers");
/** The port that bench_synth.py asks. */
const port = 18_099;
const rows = 3000;
const concurrency = 32;
const turns = 5;
const endpoint = { url: `http://127.0.0.1:${port}/v1`, model: "fake", headers: {} };

interface Speed {
  readonly perSecond: number;
  /** Milliseconds of processor time of the client's process. */
  readonly cpuMs: number;
  /** Of the relay's process. */
  readonly relayMs?: number;
}

async function measured(work: () => Promise<unknown>): Promise<Speed> {
  const began = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { perSecond: (1000 * rows) / (performance.now() - began), cpuMs: (user + system) / 1000 / rows };
}

function bare(work: string): Speed {
  const script = join(peers, "bench_synth.py");
  const output = execFileSync("python3", [script, "asyncio", String(rows)], {
    env: { ...process.env, PEERS_WORK: work },
    encoding: "utf8",
  });
  const result: { rows_s: number; client_cpu_ms_per_row: number } = JSON.parse(output.replace(/^.*RESULT/s, ""));
  return { perSecond: result.rows_s, cpuMs: result.client_cpu_ms_per_row };
}

function client(): Promise<Speed> {
  const signal = new AbortController().signal;
  const own = openClient(endpoint, { signal, concurrency, retries: 3, timeout_s: 60 });
  const request = { messages: [{ role: "user", content: "Say something about row" }] };
  return measured(() => Promise.all(Array.from({ length: rows }, () => own.chat(request))));
}

async function node(work: string, asked: Endpoint): Promise<Speed> {
  using bench = workbench();
  const journal = mkdtempSync(join(work, "turn-"));
  const store = openStore({ blobs: join(work, "blobs"), partial: join(work, "partial") });
  const params = { prompt: "Say something about row", n: rows, concurrency };
  return measured(() =>
    bench.run(spec, (context) => synthesize({ ...context, checkpoints: checkpointsOf(store, journal) }), params, {
      endpoint: asked,
    }),
  );
}

/** What the relay's process says next: its endpoint at first, then the processor time it took since it was last asked. */
async function next(relay: ChildProcess): Promise<FromRelay> {
  const [said]: FromRelay[] = await once(relay, "message");
  if (said === undefined) throw new Error("the relay said nothing");
  return said;
}

async function relayed(work: string, relay: ChildProcess, asked: Endpoint): Promise<Speed> {
  const spent = async () => {
    relay.send("spent");
    return (await next(relay)).cpuMs;
  };
  await spent();
  const speed = await node(work, asked);
  return { ...speed, relayMs: (await spent()) / rows };
}

async function answers(server: ChildProcess): Promise<void> {
  for (;;) {
    if (server.exitCode !== null)
      throw new Error(`fake_openai.py ended with ${server.exitCode}; is port ${port} taken?`);
    const there = await fetch(`${endpoint.url}/models`).catch(() => undefined);
    if (there?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function run(): Promise<void> {
  if (!existsSync(peers)) return console.log("left out: ../shared/peers is not beside the checkout");
  const work = mkdtempSync(join(tmpdir(), "heddle-synthesis-"));
  const server = spawn("python3", [join(peers, "fake_openai.py"), String(port), "20"], { stdio: "ignore" });
  const relay = fork(join(import.meta.dirname, "processes/endpoint.ts"), [endpoint.url]);
  try {
    await answers(server);
    relay.send("start");
    const through = (await next(relay)).endpoint;
    const speeds: Record<string, Speed[]> = {
      "bare asyncio": [],
      "llm-client": [],
      "synth-generate": [],
      "synth-generate through endpoint": [],
    };
    for (let turn = 0; turn <= turns; turn++) {
      const each = [bare(work), await client(), await node(work, endpoint), await relayed(work, relay, through)];
      // The first turn warms up.
      if (turn > 0) Object.values(speeds).forEach((list, i) => list.push(each[i]!));
    }
    show(speeds);
  } finally {
    relay.kill();
    server.kill();
    rmSync(work, { recursive: true, force: true });
  }
}

function best(list: readonly Speed[]): Speed {
  return list.reduce((a, b) => (b.perSecond > a.perSecond ? b : a));
}

function median(list: readonly number[]): number {
  return list.toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
}

function show(speeds: Readonly<Record<string, readonly Speed[]>>): void {
  const peer = speeds["bare asyncio"] ?? [];
  console.table(
    Object.entries(speeds).map(([name, list]) => {
      const { perSecond, cpuMs, relayMs } = best(list);
      return {
        client: name,
        "rows/s": Math.round(perSecond),
        "× bare": Number((perSecond / best(peer).perSecond).toFixed(2)),
        "× bare, median": Number(median(list.map((turn, i) => turn.perSecond / peer[i]!.perSecond)).toFixed(2)),
        "CPU ms a row": Number(cpuMs.toFixed(3)),
        "of the relay": relayMs === undefined ? "" : Number(relayMs.toFixed(3)),
      };
    }),
  );
}
