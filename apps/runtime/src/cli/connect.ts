// Where a command's work is done: in this process on the home directory, or, while a server holds that, through the server.
import { z } from "zod";
import {
  apiError,
  explainResponse,
  factsResponse,
  runRecord,
  secretSummary,
  type ExplainResponse,
  type FactsResponse,
  type RunRecord,
  type RunRequest,
} from "@heddle/schema/api";
import { event, type Event } from "@heddle/schema/event";
import type { Graph } from "@heddle/schema/graph";
import { GraphInvalid, openEngine, type Engine } from "../engine.ts";
import { artifacts } from "../artifacts.ts";
import { homeOf, layout, readAddress } from "../home.ts";
import { openStore } from "../store.ts";
import type { Composition } from "./composition.ts";

export interface Work {
  facts(document: Graph, directory: string): Promise<FactsResponse>;
  explain(document: Graph, directory: string): Promise<ExplainResponse>;
  startRun(document: Graph, directory: string, request: RunRequest): Promise<RunRecord>;
  run(id: string): Promise<RunRecord | undefined>;
  events(id: string, signal: AbortSignal): AsyncIterable<Event>;
  cancel(id: string): Promise<void>;
  exportArtifact: Engine["exportArtifact"];
  readonly secrets: Engine["secrets"];
  close(): Promise<void>;
}

export async function connect(composition: Composition): Promise<Work> {
  const home = homeOf(process.env);
  const server = await readAddress(home);
  if (server !== undefined) return throughServer(server, home);
  const databaseUrl = process.env.DATABASE_URL || undefined;
  const engine = await openEngine({ home, databaseUrl, serve: false, ...(await composition.load()) });
  const here = { remote: true, anyPath: true } as const;
  return {
    facts: (document, directory) => engine.facts(document, directory, here),
    explain: (document, directory) => engine.explain(document, directory, here),
    startRun: (document, directory, request) => engine.startRun(document, directory, request, here),
    run: (id) => engine.run(id),
    events: (id, signal) => engine.events(id, { after: 0, signal }),
    cancel: async (id) => {
      await engine.cancel(id);
    },
    exportArtifact: (digest, directory, options) => engine.exportArtifact(digest, directory, options),
    secrets: engine.secrets,
    close: () => engine.close(),
  };
}

function throughServer({ url, token }: { url: string; token: string }, home: string): Work {
  const headers = { Authorization: `Bearer ${token}`, Origin: url, "Content-Type": "application/json" };
  async function ask<T>(answer: z.ZodType<T>, path: string, body: unknown): Promise<T> {
    return readAnswer(answer, await fetch(url + path, { headers, method: "POST", body: JSON.stringify(body) }));
  }
  return {
    facts: (document, directory) => ask(factsResponse, "/api/headless/facts", { document, directory }),
    explain: (document, directory) => ask(explainResponse, "/api/headless/explain", { document, directory }),
    startRun: (document, directory, request) => ask(runRecord, "/api/headless/runs", { document, directory, request }),
    run: async (id) => {
      const answer = await fetch(`${url}/api/runs/${encodeURIComponent(id)}`, { headers });
      if (answer.status === 404) return undefined;
      return readAnswer(runRecord, answer);
    },
    events: (id, signal) => serverEvents(`${url}/api/runs/${id}/events`, headers, signal),
    cancel: async (id) => {
      await ask(runRecord, `/api/runs/${id}/cancel`, {});
    },
    // The store needs no lock to be read, and paths of this machine need not travel through a request.
    exportArtifact: artifacts(openStore(layout(home))).exportArtifact,
    secrets: serverSecrets(url, headers),
    close: async () => {},
  };
}

function serverSecrets(url: string, headers: Record<string, string>): Engine["secrets"] {
  const nothing = z.object({});
  async function ask<T>(answer: z.ZodType<T>, method: string, path: readonly string[], body?: object): Promise<T> {
    return readAnswer(answer, await send(method, path, body));
  }
  const send = (method: string, path: readonly string[], body: object = {}) =>
    fetch([`${url}/api`, ...path.map(encodeURIComponent)].join("/"), {
      headers,
      method,
      body: method === "GET" ? null : JSON.stringify(body),
    });
  const removed = async (path: readonly string[]) => {
    const answer = await send("DELETE", path);
    if (answer.status === 404) return false;
    await readAnswer(nothing, answer);
    return true;
  };
  return {
    list: () => ask(z.array(secretSummary), "GET", ["secrets"]),
    set: (name, value) => ask(secretSummary, "PUT", ["secrets", name], { value }),
    remove: (name) => removed(["secrets", name]),
    allow: async (name, host) => void (await ask(nothing, "PUT", ["secrets", name, "hosts", host])),
    hosts: {
      list: async () => (await ask(z.object({ hosts: z.array(z.string()) }), "GET", ["hosts"])).hosts,
      allow: async (host) => void (await ask(nothing, "PUT", ["hosts", host])),
      forget: (host) => removed(["hosts", host]),
    },
  };
}

async function readAnswer<T>(answer: z.ZodType<T>, response: Response): Promise<T> {
  const json: unknown = await response.json();
  if (response.ok) return answer.parse(json);
  const refusal = apiError.safeParse(json).data;
  if (refusal?.issues !== undefined) throw new GraphInvalid(refusal.issues);
  throw new Error(refusal?.error ?? `${response.url}: HTTP ${response.status}`);
}

/** Reads the stream of events, and joins it again behind the last one where the connection broke. */
async function* serverEvents(url: string, headers: Record<string, string>, signal: AbortSignal): AsyncGenerator<Event> {
  let last = 0;
  while (!signal.aborted) {
    const response = await fetch(url, { headers: { ...headers, "Last-Event-ID": String(last) }, signal });
    if (!response.ok || response.body === null) throw new Error(`cannot follow the run: HTTP ${response.status}`);
    let buffer = "";
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      const messages = (buffer + piece).split("\n\n");
      buffer = messages.pop() ?? "";
      for (const message of messages) {
        const data = /^data: (.*)$/m.exec(message)?.[1];
        if (data === undefined) continue;
        const next = event.parse(JSON.parse(data));
        last = next.seq;
        yield next;
        if (next.kind === "run" && next.state !== "queued" && next.state !== "running") return;
      }
    }
  }
}
