// The node contract: a spec is data and a few pure functions; what runs is a module beside it (run.ts, run.node.ts, peek.node.ts).
//
// packages/nodes/<id>/spec.ts        export const spec = defineNode({...})
// packages/nodes/<id>/run.ts         portable; or run.node.ts where it needs Node. One of:
//                                    export const open: MapOpen<Params> · export const run: WholeRun<Params> · export const start: ServiceStart<Params>
// packages/nodes/<id>/run.browser.ts the same contract where the browser must differ; absent: run.ts is what runs there too
// packages/nodes/<id>/peek.node.ts   export const peek: Peek<Params>   (only nodes that read an outside source)
//                                    export const sample: Sample<Params>   (its first rows, for previews)
// packages/nodes/<id>/examples.json  see example.ts
import type { z } from "zod";
import type { Batch, BatchOutput, RowsInput, RowsOutput } from "./batch.ts";
import type { Report } from "./report.ts";
import type { Facets, PortType, RowSchema } from "./type.ts";

export type Determinism =
  /** Same inputs and params, same bytes. */
  | "pure"
  /** As pure, given the seed among its params. */
  | "seeded"
  /** The first accepted outcome stays until the user asks for a new sample. */
  | "frozen"
  /** Never cached. */
  | "volatile";

export const categories = ["Data", "Synthesize", "Train", "Retrieve", "Use"] as const;
export type Category = (typeof categories)[number];

export interface InputPort<P> {
  readonly summary: string;
  /** What an incoming type must be a subset of. Rows requirements are usually open: `rows<{text: string, …}>`. */
  accepts(params: P): PortType;
  readonly optional?: true;
  /** Takes any number of edges, in order; the node reads them by `inputs(port)`. */
  readonly many?: true;
  /** A service answers requests with what arrives here: see pipeline.ts. The node reads it by `pipeline(port)`. */
  readonly served?: true;
}

export interface OutputPort {
  readonly summary: string;
  /** The most that is known without looking at inputs. */
  readonly type: PortType;
}

export interface InferContext<P> {
  readonly params: P;
  /** Types of wired inputs; for a `many` port the first edge's type. An input that has an issue upstream is absent. */
  readonly inputs: Readonly<Record<string, PortType>>;
  /** Types of all edges of a `many` port, in order. A port that has an issue upstream is absent. */
  readonly manyInputs?: Readonly<Record<string, readonly PortType[]>>;
  /** Input ports with an edge, whatever arrives over it. */
  readonly wired?: readonly string[];
  /** What peeking learnt about this node's source, if it has been peeked. */
  readonly fact?: Fact | undefined;
}

export interface Inference {
  /** Output types by port; a port that is not named keeps its static type. */
  readonly outputs: Readonly<Record<string, PortType>>;
  /** What only this node can know to be wrong: facets that must agree across its inputs, a CEL expression that does not type. */
  readonly issues?: readonly NodeIssue[];
}

/** An issue as a node states it; compile adds the place. `fix` is an edit the editor can offer in one click. */
export interface NodeIssue {
  readonly code: string;
  /** An input port the issue sits on (drawn on the edge), or `param`: the path of the parameter. */
  readonly port?: string;
  readonly param?: string;
  /** One sentence that says what is wrong and what to do. */
  readonly message: string;
}

/**
 * Parameters carry their documentation: `.describe()` is the text under the control, `.meta({...})` steers it:
 * `label`, `group` (heading in the inspector), `unit`, `widget` ("path" | "cel" | "text" | "code" | "segments" | "secret": a secret's name),
 * `advanced: true` (folded away), `affectsOutput: false` (not part of the key), `journalled: false` (part of the key, but what is in the
 * journal stays good when it changes: a budget, a limit), `path: true` (a file or directory relative to the graph's
 * file: resolved before the run, never part of the key; its content enters through the fact's identity). A record or list is a form of rows:
 * `noun` (what one is called: "column"), `placeholder`, and of a record `key_placeholder` and `keys: "column"` (its names are the input's columns).
 * Every parameter has a default unless the node is meaningless without it.
 */
export interface NodeSpec<P extends z.ZodObject = z.ZodObject> {
  readonly title: string;
  /** One sentence, shown in the palette and at the top of the inspector. */
  readonly summary: string;
  readonly category: Category;
  /** Further words the palette's search finds it by. */
  readonly keywords?: readonly string[];
  readonly params: P;
  /** A map node maps over the input named `rows`. */
  readonly inputs: Readonly<Record<string, InputPort<z.infer<P>>>>;
  readonly outputs: Readonly<Record<string, OutputPort>>;
  readonly shape: "map" | "whole" | "service";
  readonly determinism: Determinism;
  /** Pure and quick: runs on every edit in the editor. */
  infer?(context: InferContext<z.infer<P>>): Inference;
  /** Hosts (`host` or `host:port`) that a run with these params talks to, as far as params tell; shown before a foreign graph runs. */
  hosts?(params: z.infer<P>): readonly string[];
  /** True when these params name an outside source, so that `peek` must run before the key is known. */
  readonly peeks?: true;
  /** Endings of the files that its first `path` param takes, such as ".jsonl": a file dropped on the canvas gets the node that opens it. */
  readonly opens?: readonly string[];
  /**
   * A preview of it takes more than a blink even on a sample (it trains, or writes text with a model), so it runs in the tab when asked
   * for. Absent: on every edit.
   */
  readonly preview?: "asked";
  /** Its output `rows` holds examples of requests; where a service is live, a request's rows take their place. */
  readonly request?: true;
}

export function defineNode<P extends z.ZodObject>(spec: NodeSpec<P>): NodeSpec<P> {
  return spec;
}

/** Node id (its folder's name) → spec. */
export type Catalogue = ReadonlyMap<string, NodeSpec>;

/** What peeking at a source taught: its identity (a content digest or a pinned commit, part of the key) and types. */
export interface Fact {
  readonly identity: string;
  readonly outputs: Readonly<Record<string, PortType>>;
  /** Number of rows, where the source says so without being read. */
  readonly rows?: number | undefined;
  /** Params that were resolved, such as a Hub branch to a commit; merged over the params at run time. */
  readonly resolved?: Readonly<Record<string, unknown>> | undefined;
}

// At run time.

/** A directory artifact (model, adapter, tokenizer, files, index) as a node reads it. */
export interface FilesInput {
  readonly facets: Facets;
  list(): Promise<readonly { path: string; size: number }[]>;
  read(path: string): Promise<Uint8Array>;
  /** Bytes [start, end). */
  readRange(path: string, start: number, end: number): Promise<Uint8Array>;
  /** Node only: a read-only directory in which the files lie under their names. */
  readonly directory?: string | undefined;
}

export interface FilesOutput {
  /** Writes one file; `content` may come in pieces, so that a file larger than memory can be written. */
  write(path: string, content: Uint8Array | string | AsyncIterable<Uint8Array>): Promise<void>;
}

export type OutboundFetch = (url: string, init?: OutboundInit) => Promise<Response>;

export interface OutboundInit {
  readonly method?: "GET" | "HEAD" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** Seconds without a byte after which the request fails; default 60. */
  readonly patience_s?: number;
}

/**
 * Posts once over a connection that is kept for the next, by the rules of OutboundFetch, for whoever passes many requests on: bodies are Node's
 * own streams, which cost a fraction of the web's. An answer that breaks off is an error of its body.
 * @throws Error (rejects) where there is no answer, or one that redirects
 */
export type OutboundPost = (url: string, sent: OutboundBody) => Promise<PostAnswer>;

export interface OutboundBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Ends the request, or its answer. */
  readonly signal: AbortSignal;
  /** Seconds without a byte after which the request fails. */
  readonly patience_s: number;
}

export interface PostAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** A paused Readable. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** An OpenAI-compatible server, reachable now. */
export interface Endpoint {
  /** Base URL that ends in /v1. */
  readonly url: string;
  readonly model: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface OpenContext<P> {
  /** Parsed params with defaults; `path` params are absolute here, and the fact's `resolved` is merged in. */
  readonly params: P;
  /** Aborted when the run is cancelled; a node must stop within 2 s of it. */
  readonly signal: AbortSignal;
  /** Processor threads this attempt may use. */
  readonly threads: number;
  readonly types: {
    readonly inputs: Readonly<Record<string, PortType>>;
    readonly outputs: Readonly<Record<string, PortType>>;
  };
  wired(port: string): boolean;
  /** The one outbound fetch: address checks, caps on size and silence. Bodies stream in; a request with a body follows no redirect. */
  fetch: OutboundFetch;
  /**
   * The value of a secret that a param with the widget "secret" names; for the hosts that `spec.hosts` lists, and nothing else.
   * Never in an output, a message or an environment.
   * @throws Error naming the secret and how to add it
   */
  secret(name: string): Promise<string>;
  files(port: string): FilesInput;
  endpoint(port: string): Promise<Endpoint>;
  log(line: string): void;
}

export interface RunContext<P> extends OpenContext<P> {
  rows(port: string): RowsInput;
  /** All edges of a `many` port. */
  manyRows(port: string): readonly RowsInput[];
  manyFiles(port: string): readonly FilesInput[];
  report(port: string): Promise<Report>;
  manyReports(port: string): Promise<readonly Report[]>;
  /** `total` undefined: not known. Drives the progress bar and the ETA. */
  progress(done: number, total: number | undefined, unit: string): void;
  /** Live numbers at a step, named in snake_case, e.g. `metric(12, { loss: 2.1, lr: 1e-4 })`; drawn as curves by name. */
  metric(step: number, values: Readonly<Record<string, number>>): void;
  /** A provisional look at the result while it runs; replaces the one before. */
  preview(report: Report): void;
  readonly checkpoints: Checkpoints;
  /** Node only: a private directory that is gone after the attempt. */
  readonly scratch: string;
  outRows(port: string, schema: RowSchema): RowsOutput;
  /** `schema`: the rows that an index keeps. */
  outFiles(port: string, facets: Facets, schema?: RowSchema): FilesOutput;
  outReport(port: string, report: Report): void;
}

/** A checkpoint counts only once all its files are hashed and named in a manifest written last. */
export interface Checkpoints {
  /** The newest that verifies, from this key's earlier attempts too. */
  latest(): Promise<{ step: number; read(path: string): Promise<Uint8Array> } | undefined>;
  save(step: number, files: Readonly<Record<string, Uint8Array>>): Promise<void>;
  /** Lines that this key's earlier attempts appended, in order. The last may be torn where a crash came in between. */
  journal(): AsyncIterable<string>;
  /** Adds a line (no newline in it) to the journal: for work in many small, dear pieces, such as paid answers. Resolves once it is on disk. */
  append(line: string): Promise<void>;
}

export interface MapInstance {
  /** Columns it reads; the rest pass through untouched. */
  readonly reads: readonly string[] | "all";
  /** Row-wise: the result must not depend on how rows are cut into batches. By output port. */
  process(batch: Batch): Promise<Readonly<Record<string, BatchOutput>>> | Readonly<Record<string, BatchOutput>>;
  /** What it did to all rows so far, by output port of kind report: asked once, after the last batch. A preview or a request need not ask. */
  report?(): Readonly<Record<string, Report>>;
  close?(): Promise<void>;
}

/** A chain of map nodes, opened once and warm. */
export interface Pipeline extends AsyncDisposable {
  /** What a request holds. */
  readonly takes: RowSchema;
  /** What an answer holds, before facts that only a run learns. */
  readonly gives: RowSchema;
  /** One request as JSON; its fields are checked against `takes`, and null stands for what it does not know. */
  answer(request: Readonly<Record<string, unknown>>): Promise<PipelineAnswer>;
}

export type PipelineAnswer =
  | { readonly row: Readonly<Record<string, z.core.util.JSONType>> }
  /** The request is not as `takes` says; `field` names where. */
  | { readonly fault: string; readonly field: string }
  /** A node on the way leaves rows like this one out. */
  | { readonly dropped: true };

export type MapOpen<P> = (context: OpenContext<P>) => Promise<MapInstance> | MapInstance;
export type WholeRun<P> = (context: RunContext<P>) => Promise<void>;

/** A service's long-lived part. Its outcome (the endpoint's description) is cached; the live server is started on demand. */
export interface LiveEndpoint extends Endpoint {
  stop(): Promise<void>;
}
export type ServiceStart<P> = (context: ServiceContext<P>) => Promise<LiveEndpoint>;

export interface ServiceContext<P> extends OpenContext<P> {
  post: OutboundPost;
  /** Opens the chain of nodes that leads into a `served` port. */
  pipeline(port: string): Promise<Pipeline>;
}

export interface PeekContext {
  /** A `path` param resolved against the graph's file; refused with one sentence where it leaves the allowed roots. */
  resolve(path: string): Promise<string>;
  /** sha256 of a local file's content, remembered by path, size and time. */
  digest(path: string): Promise<string>;
  /** The one outbound fetch (address checks, size and time caps). */
  fetch(url: string, init?: { headers?: Record<string, string>; method?: "GET" | "HEAD" }): Promise<Response>;
  readonly signal: AbortSignal;
}
export type Peek<P> = (params: P, context: PeekContext) => Promise<Fact>;
/**
 * The first rows of a source by output port, quickly: it reads no more than it needs, and nothing from the network unless
 * `context.fetch` lets it. Gives at most `rows` rows. Runs on every edit of the source, outside any run.
 */
export type Sample<P> = (params: P, context: PeekContext, rows: number) => Promise<Readonly<Record<string, Batch>>>;

/** Thrown by a run.browser.ts that cannot do this here (a folder, the Hub); the runtime's sample is asked for instead. */
export class NeedsRuntime extends Error {}
