// The server's HTTP API, typed by the same zod schemas the server answers with.
import {
  apiError,
  explainResponse,
  factsResponse,
  graphRecord,
  graphSummary,
  liveService,
  rowsPage,
  runRecord,
  secretSummary,
  statusResponse,
  templateSummary,
  type RunRequest,
} from "@heddle/schema/api";
import { manifest } from "@heddle/schema/artifact";
import type { Graph } from "@heddle/schema/graph";
import { z } from "zod";

/** What the server answered instead of a result. `status` 0: it did not answer at all. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly body: unknown;
  constructor(status: number, message: string, body?: unknown) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

function reached(path: string, request: RequestInit): Promise<Response> {
  return fetch(path, request).catch((cause: unknown) => {
    throw new ApiFailure(0, "the Heddle server does not answer: is it still running?", cause);
  });
}

async function answered(response: Response, what: string): Promise<unknown> {
  const text = await response.text();
  const answer: unknown = response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text;
  if (response.ok) return answer;
  const known = apiError.safeParse(answer);
  throw new ApiFailure(response.status, known.success ? known.data.error : `${what}: ${response.status}`, answer);
}

async function send(method: string, path: string, body?: unknown): Promise<unknown> {
  // Whatever changes something carries a JSON body: the server refuses it otherwise.
  const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body ?? {}) };
  return answered(await reached(path, { method, ...(method === "GET" ? {} : json) }), `${method} ${path}`);
}

async function ask<T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown): Promise<T> {
  const answer = schema.safeParse(await send(method, path, body));
  if (answer.success) return answer.data;
  throw new ApiFailure(200, "the server answers in another way than this page expects: reload the page", answer.error);
}

const graph = (id: string) => `/api/graphs/${encodeURIComponent(id)}`;
const artifact = (digest: string) => `/api/artifacts/${digest}`;

export const api = {
  /** Trades the token of the address for a cookie. */
  openSession: (token: string) => send("POST", "/api/session", { token }),
  status: () => ask(statusResponse, "GET", "/api/status"),
  templates: () => ask(z.object({ templates: z.array(templateSummary) }), "GET", "/api/templates"),
  graphs: () => ask(z.object({ graphs: z.array(graphSummary) }), "GET", "/api/graphs"),
  graph: (id: string) => ask(graphRecord, "GET", graph(id)),
  createGraph: (document: Graph) => ask(graphRecord, "POST", "/api/graphs", { document }),
  deleteGraph: (id: string) => send("DELETE", graph(id)),
  /** Answers `conflict` with the stored record when `version` is not the newest. */
  async saveGraph(id: string, document: Graph, version: number) {
    try {
      const saved = await ask(graphRecord, "PUT", graph(id), { document, version });
      return { kind: "saved" as const, version: saved.version };
    } catch (cause) {
      if (!(cause instanceof ApiFailure) || cause.status !== 409) throw cause;
      return { kind: "conflict" as const, stored: await api.graph(id) };
    }
  },
  facts: (id: string, remote: boolean) => ask(factsResponse, "POST", `${graph(id)}/facts`, { remote }),
  explain: (id: string) => ask(explainResponse, "POST", `${graph(id)}/explain`, {}),
  /** Puts a file beside the graph; answers what a path parameter says to mean it. */
  async upload(id: string, file: File): Promise<string> {
    const response = await reached(`${graph(id)}/files/${encodeURIComponent(file.name)}`, {
      method: "PUT",
      headers: { "content-type": "application/octet-stream" },
      body: file,
    });
    return z.object({ path: z.string() }).parse(await answered(response, `upload of ${file.name}`)).path;
  },
  startRun: (id: string, request: RunRequest) => ask(runRecord, "POST", `${graph(id)}/runs`, request),
  runs: (id: string) => ask(z.object({ runs: z.array(runRecord) }), "GET", `${graph(id)}/runs`),
  run: (run: string) => ask(runRecord, "GET", `/api/runs/${run}`),
  cancelRun: (run: string) => ask(runRecord, "POST", `/api/runs/${run}/cancel`, {}),
  eventsPath: (run: string) => `/api/runs/${run}/events`,
  manifest: (digest: string) => ask(manifest, "GET", artifact(digest)),
  /** `columns`: only these, by their place; all where it is empty. */
  rows: (digest: string, offset: number, limit: number, columns: readonly number[] = []) =>
    ask(
      rowsPage,
      "GET",
      `${artifact(digest)}/rows?offset=${offset}&limit=${limit}${columns.length > 0 ? `&columns=${columns.join(",")}` : ""}`,
    ),
  /** The first `limit` values of a vector column, one after another. */
  async vectors(digest: string, column: number, limit: number): Promise<Float32Array> {
    const path = `${artifact(digest)}/vectors?column=${column}&limit=${limit}`;
    const response = await reached(path, { method: "GET" });
    if (!response.ok) await answered(response, "vectors");
    return new Float32Array(await response.arrayBuffer());
  },
  filePath: (digest: string, path: string) =>
    `${artifact(digest)}/files/${path.split("/").map(encodeURIComponent).join("/")}`,
  secrets: () => ask(z.array(secretSummary), "GET", "/api/secrets"),
  setSecret: (name: string, value: string) =>
    ask(secretSummary, "PUT", `/api/secrets/${encodeURIComponent(name)}`, { value }),
  allowSecret: (name: string, host: string) =>
    send("PUT", `/api/secrets/${encodeURIComponent(name)}/hosts/${encodeURIComponent(host)}`),
  allowHost: (host: string) => send("PUT", `/api/hosts/${encodeURIComponent(host)}`),
  services: () => ask(z.object({ services: z.array(liveService) }), "GET", "/api/services"),
  startService: (key: string) => ask(liveService, "POST", `/api/services/${key}/start`, {}),
  stopService: (key: string) => ask(liveService, "POST", `/api/services/${key}/stop`, {}),
  chatPath: (key: string) => `/api/services/${key}/v1/chat/completions`,
};
export type Api = typeof api;
