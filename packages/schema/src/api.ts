// The HTTP API's bodies, one zod for server, editor and CLI. Routes are in the comments; the server publishes them as /api/openapi.json.
import { z } from "zod";
import { artifactSummary, digest } from "./artifact.ts";
import { runState, stepState } from "./event.ts";
import { graph } from "./graph.ts";
import { issue } from "./issue.ts";
import { report } from "./report.ts";
import { portType } from "./type.ts";

/** GET /api/templates → { templates: TemplateSummary[] }. The document is sent whole: opening one is inert. */
export const templateSummary = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  nodes: z.int(),
  /** About how long it runs here, in seconds, where it has been measured. */
  seconds: z.number().optional(),
  document: graph,
});
export type TemplateSummary = z.infer<typeof templateSummary>;

/** GET /api/graphs → { graphs: GraphSummary[] } · POST /api/graphs { document } → GraphRecord · GET, DELETE /api/graphs/:id
 *  PUT /api/graphs/:id { document, version } → GraphRecord, or 409 with the stored one when `version` is not the newest. */
export const graphRecord = z.strictObject({
  id: z.string(),
  version: z.int(),
  /** The directory relative `path` params are resolved against, as the user may see it. */
  directory: z.string(),
  updated: z.iso.datetime(),
  document: graph,
});
export type GraphRecord = z.infer<typeof graphRecord>;
export const graphSummary = graphRecord.omit({ document: true }).extend({ name: z.string() });
export type GraphSummary = z.infer<typeof graphSummary>;

/** POST /api/graphs/:id/facts {} → Facts: peeks at the graph's local sources (Hub and URL sources only when `remote: true`). */
export const factRecord = z.strictObject({
  identity: z.string(),
  outputs: z.record(z.string(), portType),
  rows: z.int().optional(),
  resolved: z.record(z.string(), z.unknown()).optional(),
});
export const factsResponse = z.strictObject({
  facts: z.record(z.string(), factRecord),
  issues: z.array(issue),
});
export type FactsResponse = z.infer<typeof factsResponse>;

/** Why a step will run or not. `changes` name the parameter or input with both values. */
export const explanation = z.strictObject({
  node: z.string(),
  state: z.enum(["cached", "run", "waits", "blocked"]),
  /** One sentence: "cached since yesterday 16:02", "r changed: 8 → 16", "waits for filter, which will run". */
  sentence: z.string(),
  key: z.string().optional(),
  changes: z.array(
    z.strictObject({
      what: z.enum(["param", "input", "implementation", "environment", "source"]),
      name: z.string(),
      before: z.json(),
      after: z.json(),
    }),
  ),
  /** Estimated from earlier attempts. */
  ms: z.number().optional(),
  outputs: z.record(z.string(), artifactSummary).optional(),
});
export type Explanation = z.infer<typeof explanation>;

/** What a graph names outside of itself: to be shown before a graph of somebody else runs for the first time. */
export const reach = z.strictObject({
  hosts: z.array(
    z.strictObject({
      /** `host` or `host:port`. */
      host: z.string(),
      nodes: z.array(z.string()),
      /** On this machine or in its network: a run from the editor reaches it only where it is allowed. */
      private: z.boolean(),
      allowed: z.boolean(),
    }),
  ),
  secrets: z.array(
    z.strictObject({
      name: z.string(),
      nodes: z.array(z.string()),
      /** Where its value would be sent. */
      hosts: z.array(z.string()),
      /** False: there is no secret of that name yet. */
      known: z.boolean(),
      /** Of these hosts, those that the user has not agreed to yet: a run from the editor is refused the secret there. */
      asks: z.array(z.string()),
      /** There are none of those. */
      allowed: z.boolean(),
    }),
  ),
});
export type Reach = z.infer<typeof reach>;

/** POST /api/graphs/:id/explain {} → ExplainResponse: what Run would do, before it is pressed. Starts nothing. */
export const explainResponse = z.strictObject({
  issues: z.array(issue),
  steps: z.array(explanation),
  facts: z.record(z.string(), factRecord),
  reach,
});
export type ExplainResponse = z.infer<typeof explainResponse>;

/** POST /api/graphs/:id/runs RunRequest → RunRecord · GET /api/graphs/:id/runs → { runs } · GET /api/runs/:run → RunRecord
 *  GET /api/runs/:run/events (SSE, `Last-Event-ID`) · POST /api/runs/:run/cancel {} → RunRecord */
export const runRequest = z.strictObject({
  /** Run only what these nodes need; absent: everything. */
  to: z.array(z.string()).optional(),
  /** Nodes whose frozen or cached outcome is not to be used this time. */
  fresh: z.array(z.string()).optional(),
});
export type RunRequest = z.infer<typeof runRequest>;
export const runRecord = z.strictObject({
  id: z.string(),
  graph: z.string().nullable(),
  state: runState,
  created: z.iso.datetime(),
  ended: z.iso.datetime().nullable(),
  issues: z.array(issue),
  steps: z.array(
    z.strictObject({
      node: z.string(),
      state: stepState,
      ms: z.number().nullable(),
      outputs: z.record(z.string(), artifactSummary),
      error: z.string().nullable(),
    }),
  ),
});
export type RunRecord = z.infer<typeof runRecord>;

/** GET /api/artifacts/:digest → Manifest · GET /api/artifacts/:digest/rows?offset&limit → RowsPage
 *  GET /api/artifacts/:digest/files/<path> → bytes, as attachment. tokens cells come as { ids, pieces } so that they can be drawn. */
export const rowsPage = z.strictObject({
  offset: z.int(),
  total: z.int(),
  columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
  rows: z.array(z.array(z.json())),
});
export type RowsPage = z.infer<typeof rowsPage>;

/** POST /api/graphs/:id/sample { node } → SampleResponse: the first rows of what a node of the stored graph gives. Runs nothing. */
export const sampleResponse = z.strictObject({
  /** What was sampled (see workOf): a page whose document has moved on does not use it. */
  work: digest,
  /** By port; empty where there is nothing yet. */
  outputs: z.record(
    z.string(),
    z.strictObject({
      type: portType,
      digest,
      /** Cells in the order of the type's columns, as packages/step's cell.ts writes them. */
      rows: z.array(z.array(z.json())).optional(),
      /** Files are fetched from the artifact. */
      files: z.array(z.strictObject({ path: z.string(), size: z.int() })).optional(),
      report: report.optional(),
    }),
  ),
  /** Why there is nothing, in one sentence. */
  reason: z.string().nullable(),
});
export type SampleResponse = z.infer<typeof sampleResponse>;

/** GET /api/services → { services } · POST /api/services/:key/start {} · POST /api/services/:key/stop {} → ServiceRecord
 *  POST /api/services/:key/v1/<path>: forwarded to the live endpoint (chat completions stream through). `key` is the step's key. */
export const liveService = z.strictObject({
  key: z.string(),
  model: z.string(),
  state: z.enum(["stopped", "starting", "live", "failed"]),
  /** Base URL that ends in /v1, for other programs on this machine; with the key they need. */
  url: z.string().nullable(),
  token: z.string().nullable(),
  error: z.string().nullable(),
});
export type LiveService = z.infer<typeof liveService>;

/** Secrets go in and never come out. GET /api/secrets → SecretSummary[] · PUT /api/secrets/:name SecretValue → SecretSummary
 *  DELETE /api/secrets/:name {} · PUT /api/secrets/:name/hosts/:host {}: it may be sent there, too. */
export const secretName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,29}$/, "a secret's name has up to 30 letters, digits, - and _, a letter first");
/** Shorter ones could not be kept out of logs without harming these. */
export const shortestSecret = 8;
export const secretValue = z.strictObject({
  value: z
    .string()
    .min(shortestSecret, `a secret has at least ${shortestSecret} characters`)
    .max(16_384, "a secret has at most 16,384 characters"),
});
export const secretSummary = z.strictObject({
  name: secretName,
  updated: z.iso.datetime(),
  /** Where it may be sent. */
  hosts: z.array(z.string()),
});
export type SecretSummary = z.infer<typeof secretSummary>;

/** Private hosts that runs from the editor may reach. GET /api/hosts → { hosts } · PUT, DELETE /api/hosts/:host {} */
export const hostName = z
  .string()
  .max(300)
  .regex(
    /^[a-z0-9._-]+(?::\d{1,5})?$|^\[[0-9a-f:.]+\](?::\d{1,5})?$/,
    "write host or host:port, such as localhost:11434",
  );

/** Every error: HTTP status and this body. */
export const apiError = z.strictObject({ error: z.string(), issues: z.array(issue).optional() });
export type ApiError = z.infer<typeof apiError>;

/** GET /api/status */
export const statusResponse = z.strictObject({
  version: z.string(),
  home: z.string(),
  database: z.enum(["pglite", "postgres"]),
  engines: z.record(z.string(), z.boolean()),
});
export type StatusResponse = z.infer<typeof statusResponse>;
