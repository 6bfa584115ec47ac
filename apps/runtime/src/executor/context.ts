// What a node sees while it runs: its params, its inputs by port, its outputs, and the ways to tell how far it is.
import { join } from "node:path";
import type { Manifest } from "@heddle/schema/artifact";
import type { Endpoint, FilesInput, OpenContext, RunContext } from "@heddle/schema/node";
import type { Report } from "@heddle/schema/report";
import { allowedHosts, outboundFetch, type FetchRules, type HubAccess } from "../fetch.ts";
import type { Redactor } from "../secrets/redact.ts";
import { rowsInput, rowsWriter } from "../rows.ts";
import type { Store } from "../store.ts";
import type { Attempt } from "./attempt.ts";
import { checkpointsOf } from "./checkpoints.ts";
import { filesInput, filesWriter, type Inputs, type Staged } from "./files.ts";
import type { Sign } from "./messages.ts";

export type Params = Record<string, unknown>;

/** Where an attempt's signs go, and who starts a service for it. */
export interface Surroundings {
  tell(sign: Sign): void;
  endpoint(key: string): Promise<Endpoint>;
  readonly hub?: HubAccess | undefined;
  /** Private hosts that it may reach, besides those that the environment allows. */
  readonly hosts: readonly string[];
  secret(name: string): Promise<string>;
  /** Knows the secrets that were given to this process. */
  readonly redaction: Redactor;
}

/** What everything that this attempt sends out is held to. */
export function rulesOf({ hosts, hub }: Surroundings, signal: AbortSignal): FetchRules {
  return { allowed: [...allowedHosts(process.env), ...hosts], hub, signal };
}

export function openContext(
  attempt: Pick<Attempt, "recipe" | "threads">,
  inputs: Inputs,
  around: Surroundings,
  signal: AbortSignal,
): OpenContext<Params> {
  const { recipe } = attempt;
  const one = (port: string) => only(inputs, port);
  return {
    params: recipe.params,
    signal,
    threads: attempt.threads,
    types: { inputs: recipe.inputTypes, outputs: recipe.outputTypes },
    wired: (port) => (inputs[port]?.length ?? 0) > 0,
    fetch: outboundFetch(rulesOf(around, signal)),
    secret: (name) => around.secret(name),
    files: (port) => files(one(port)),
    async endpoint(port) {
      const { endpoint } = one(port).manifest;
      if (endpoint === undefined) throw new Error(`input ${port} is no endpoint`);
      return around.endpoint(endpoint.key);
    },
    log: (line) => around.tell({ kind: "log", line }),
  };
}

function only(inputs: Inputs, port: string): Staged {
  const [first] = inputs[port] ?? [];
  if (first === undefined) throw new Error(`input ${port} is not wired`);
  return first;
}

function files({ manifest, directory }: Staged): FilesInput {
  return filesInput(manifest, directory);
}

function reportIn({ manifest: { report } }: Staged, port: string): Report {
  if (report === undefined) throw new Error(`input ${port} is no report`);
  return report;
}

/** The outputs that a node has opened or set, by port. */
export type Outputs = Map<string, () => Promise<Manifest>>;

export function runContext(
  open: OpenContext<Params>,
  surroundings: { attempt: Attempt; inputs: Inputs; around: Surroundings; store: Store; outputs: Outputs },
): RunContext<Params> {
  const { attempt, inputs, around, store, outputs } = surroundings;
  const { outputTypes } = attempt.recipe;
  const claim = (port: string, finish: () => Promise<Manifest>) => {
    if (outputTypes[port] === undefined)
      throw new Error(`there is no output ${port}: ${Object.keys(outputTypes).join(", ")}`);
    if (outputs.has(port)) throw new Error(`output ${port} was opened twice`);
    outputs.set(port, finish);
  };
  return {
    ...open,
    rows: (port) => rowsInput(store, only(inputs, port).manifest),
    manyRows: (port) => (inputs[port] ?? []).map(({ manifest }) => rowsInput(store, manifest)),
    manyFiles: (port) => (inputs[port] ?? []).map(files),
    report: async (port) => reportIn(only(inputs, port), port),
    manyReports: async (port) => (inputs[port] ?? []).map((staged) => reportIn(staged, port)),
    progress: paced((done, total, unit) => around.tell({ kind: "progress", done, total, unit })),
    metric: (step, values) => around.tell({ kind: "metric", step, values }),
    preview: (report) => around.tell({ kind: "preview", report }),
    checkpoints: checkpointsOf(
      store,
      join(attempt.checkpoints, attempt.key),
      join(attempt.checkpoints, attempt.journal ?? attempt.key),
    ),
    scratch: join(attempt.directory, "scratch"),
    outRows(port, schema) {
      const writer = rowsWriter(store, schema, port);
      claim(port, () => writer.finish());
      return writer;
    },
    outFiles(port, facets, schema) {
      const kind = outputTypes[port]?.kind;
      if (kind === "rows") throw new Error(`output ${port} takes rows, not files`);
      const writer = filesWriter(store, kind ?? "files", facets, schema);
      claim(port, async () => writer.finish());
      return writer;
    },
    outReport(port, report) {
      claim(port, async () => ({ type: { kind: "report" }, report }));
    },
  };
}

type Progress = RunContext<Params>["progress"];

/** At most ten a second, and always the last of a unit. */
export function paced(tell: Progress): Progress {
  let next = 0;
  return (done, total, unit) => {
    const now = performance.now();
    if (now < next && done !== total) return;
    next = now + 100;
    tell(done, total, unit);
  };
}
