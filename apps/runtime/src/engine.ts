// The engine: everything the API and the CLI call. It knows node specs and modules only through the catalogue it is given.
// What it is made of is opened here; the work is in runs.ts, run.ts, explain.ts and executor/.
import { availableParallelism } from "node:os";
import type {
  ExplainResponse,
  FactsResponse,
  GraphRecord,
  GraphSummary,
  LiveService,
  RowsPage,
  RunRecord,
  RunRequest,
  SampleResponse,
  StatusResponse,
} from "@heddle/schema/api";
import type { Manifest } from "@heddle/schema/artifact";
import type { Event } from "@heddle/schema/event";
import type { Graph } from "@heddle/schema/graph";
import type { Catalogue, Endpoint } from "@heddle/schema/node";
import { artifacts } from "./artifacts.ts";
import type { NodeModules } from "./catalogue.ts";
import { connect } from "./database/connect.ts";
import type { Records } from "./database/records.ts";
import { workerEnvironment } from "./environment.ts";
import { localExecutor } from "./executor/local.ts";
import { openServices } from "./executor/services.ts";
import { graphs } from "./graphs.ts";
import { holdHome, homeName, layout, type Home } from "./home.ts";
import { implementations } from "./implementation.ts";
import { GraphInvalid, type PathOptions } from "./inspect.ts";
import { piecesFrom } from "./pieces.ts";
import type { PageRange } from "./rows.ts";
import { runs } from "./runs.ts";
import { openSecrets, type Secrets } from "./secrets/secrets.ts";
import { sampling } from "./sample.ts";
import { status } from "./status.ts";
import type { Parts } from "./step.ts";
import { openStore } from "./store.ts";

export type { NodeModules };
export { GraphInvalid };

export interface EngineOptions {
  /** HEDDLE_HOME: the one directory for everything on disk. */
  readonly home: string;
  readonly catalogue: Catalogue;
  readonly modules: NodeModules;
  /** A server keeps services alive after a run; a headless engine stops them when it closes. */
  readonly serve: boolean;
  /** PostgreSQL instead of the embedded database. */
  readonly databaseUrl?: string | undefined;
  /** Directories that path params may always reach, such as the templates' folder. */
  readonly roots?: readonly string[];
  /** Attempts at a time; default: the number of processors. */
  readonly slots?: number;
  /** Go on with runs that an earlier process left running (default: true for a server). */
  readonly resume?: boolean;
}

export interface Engine {
  readonly graphs: {
    list(): Promise<GraphSummary[]>;
    /** `directory`: what path params are relative to; default: a directory of its own under the home. */
    create(document: Graph, directory?: string): Promise<GraphRecord>;
    get(id: string): Promise<GraphRecord | undefined>;
    /** `version` must be the stored one; otherwise nothing changes and `conflict` is true with the stored record. */
    update(
      id: string,
      document: Graph,
      version: number,
    ): Promise<{ readonly record: GraphRecord; readonly conflict: boolean } | undefined>;
    /** Puts a file beside the graph, in place of one of that name, and gives the path that names it there. Unknown graph: undefined. */
    addFile(
      id: string,
      name: string,
      content: ReadableStream<Uint8Array>,
    ): Promise<{ readonly path: string } | undefined>;
    remove(id: string): Promise<boolean>;
  };
  /** Peeks at sources. Without `remote`, a source that needs the network is left unknown without an issue. */
  facts(
    document: Graph,
    directory: string,
    options?: PathOptions & { readonly remote?: boolean },
  ): Promise<FactsResponse>;
  /** What a run would do; starts nothing. `graph`: the id of a stored graph, so that its earlier runs are compared with. */
  explain(
    document: Graph,
    directory: string,
    options?: PathOptions & { readonly remote?: boolean; readonly graph?: string; readonly to?: readonly string[] },
  ): Promise<ExplainResponse>;
  /** The first rows of what a node gives, or why there are none; runs nothing. `id`: of the stored graph. Unknown node: undefined. */
  sample(document: Graph, directory: string, node: string, id: string): Promise<SampleResponse | undefined>;
  /** Resolves facts, compiles, records the run and starts it. Throws GraphInvalid where a needed node has an issue. */
  startRun(
    document: Graph,
    directory: string,
    request: RunRequest,
    options?: PathOptions & { readonly graph?: string },
  ): Promise<RunRecord>;
  run(id: string): Promise<RunRecord | undefined>;
  /** Newest first. `graph` undefined: all runs. */
  runs(graph?: string): Promise<RunRecord[]>;
  /** Resolves once every step has stopped (≤ 2 s). Unknown run: undefined. */
  cancel(id: string): Promise<RunRecord | undefined>;
  /** From `after` (a seq, default 0) on, live, until the run's last event. */
  events(id: string, options?: { readonly after?: number; readonly signal?: AbortSignal }): AsyncIterable<Event>;
  artifact(digest: string): Promise<Manifest | undefined>;
  rowsPage(digest: string, range: PageRange): Promise<RowsPage | undefined>;
  /** The first values of the vector column at a place among the artifact's columns. */
  vectors(digest: string, column: number, limit: number): Promise<Float32Array | undefined>;
  file(
    digest: string,
    path: string,
  ): Promise<{ readonly size: number; readonly stream: ReadableStream<Uint8Array> } | undefined>;
  /** Writes an artifact as files under `directory` (made where absent); gives their paths. */
  exportArtifact(
    digest: string,
    directory: string,
    options?: { readonly format?: "parquet" | "jsonl"; readonly name?: string },
  ): Promise<string[]>;
  readonly services: {
    list(): Promise<LiveService[]>;
    start(key: string): Promise<LiveService>;
    stop(key: string): Promise<LiveService>;
    /** The live endpoint of a service, started where it is not running. */
    endpoint(key: string): Promise<Endpoint>;
  };
  readonly secrets: Pick<Secrets, "list" | "set" | "remove" | "allow" | "hosts">;
  status(): Promise<StatusResponse>;
  /** Stops workers and services and lets go of the home. A run in progress stays `running` and goes on at the next open. */
  close(): Promise<void>;
}

/** The code that asks a database is loaded while the database opens. */
async function connectRecords(home: Home, url: string | undefined): Promise<Records> {
  const connecting = connect({ directory: home.database, url });
  const [{ openRecords }, driver] = await Promise.all([import("./database/records.ts"), connecting]);
  return openRecords(driver, homeName(home));
}

export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { catalogue, modules, roots = [] } = options;
  const home = layout(options.home);
  const letGo = holdHome(home);
  // Opened when it is first wanted: checking a graph does without.
  let opened: Promise<Records> | undefined;
  const records = () => (opened ??= connectRecords(home, options.databaseUrl));
  const store = openStore(home);
  const processors = availableParallelism();
  const environment = workerEnvironment(home.compileCache);
  const secrets = openSecrets(home, homeName(home), records);
  const services = openServices({
    home,
    store,
    modules,
    catalogue,
    secrets,
    environment,
    threads: processors,
    records,
  });
  const executor = localExecutor({ slots: options.slots ?? processors, environment, redaction: secrets.redactor });
  const parts: Parts = {
    home,
    store,
    catalogue,
    modules,
    implementations: implementations(modules),
    executor,
    services,
    secrets,
    processors,
    roots,
    records,
  };
  const resume = options.resume ?? options.serve;
  const { ready, leave, ...running } = runs(parts, resume);
  // A server that cannot have its database does not start.
  if (resume) {
    await ready().catch((error: unknown) => {
      letGo();
      throw error;
    });
  }
  return {
    graphs: graphs(parts),
    ...running,
    ...sampling(parts, running.explain),
    ...artifacts(store, piecesFrom(store, records)),
    services,
    secrets: {
      ...secrets,
      async set(name, value) {
        const summary = await secrets.set(name, value);
        await services.renew(name);
        return summary;
      },
      async remove(name) {
        const removed = await secrets.remove(name);
        await services.renew(name);
        return removed;
      },
    },
    status: () => status(parts),
    async close() {
      await leave(() => Promise.all([executor.close(), services.close()]));
      await (await opened)?.close();
      letGo();
    },
  };
}
