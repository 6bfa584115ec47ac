// Facts: what peeking at outside sources teaches before anything runs. Opening a graph peeks at nothing; a run peeks at everything.
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { digestOf } from "@heddle/schema/canonical";
import type { Graph } from "@heddle/schema/graph";
import type { Issue } from "@heddle/schema/issue";
import type { Catalogue, Fact, NodeSpec, Peek, PeekContext } from "@heddle/schema/node";
import { pathParams } from "@heddle/step/params";
import { present } from "./absent.ts";
import type { NodeModules } from "./catalogue.ts";
import { allowedHosts, hubAccess, NetworkOff, noFetch, outboundFetch } from "./fetch.ts";
import { implementations } from "./implementation.ts";
import { pinnedFact, recall, remember } from "./memo.ts";
import { shippedScheme, withPaths } from "./params.ts";
import { hashFile } from "./store.ts";

export interface Sources {
  /** The graph's directory. */
  readonly directory: string;
  /** Further directories that paths may reach; undefined: any path, the user typed them. */
  readonly roots: readonly string[] | undefined;
  readonly memo: string;
}

/** Data that Heddle ships for its templates: `heddle:data/x.jsonl` is found wherever the graph's file lies. */
const shippedDirectory = join(import.meta.dirname, "../../../templates");

function shippedPath(path: string): string | undefined {
  return path.startsWith(shippedScheme) ? join(shippedDirectory, path.slice(shippedScheme.length)) : undefined;
}

/** A path as the graph means it, made real; refused where it leaves the allowed roots. */
export async function resolvePath(path: string, sources: Sources): Promise<string> {
  const asked = shippedPath(path) ?? resolve(sources.directory, path);
  // The part before the first wildcard is what can be looked up.
  const parts = asked.split(sep);
  const wild = parts.findIndex((part) => /[*?{[]/.test(part));
  const literal = wild < 0 || (await present(stat(asked))) ? asked : parts.slice(0, wild).join(sep) || sep;
  const real = await present(realpath(literal));
  if (real === undefined) throw new Error(`there is no file or directory ${path} (looked in ${sources.directory})`);
  if (sources.roots !== undefined) {
    const allowed = [sources.directory, ...sources.roots, shippedDirectory];
    const roots = await Promise.all(allowed.map((root) => present(realpath(root))));
    if (!roots.some((root) => root !== undefined && isWithin(real, root))) {
      throw new Error(
        `${path} lies outside the graph's directory ${sources.directory}: choose the file in the editor to copy it there, or start Heddle with --allow and the file's folder`,
      );
    }
  }
  return join(real, relative(literal, asked));
}

function isWithin(path: string, root: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** sha256 of a file's content, remembered by its place, size and times. */
export async function digestFile(path: string, memo: string): Promise<string> {
  const { size, mtimeNs, ctimeNs, ino } = await stat(path, { bigint: true });
  const name = `${path}\n${size} ${mtimeNs} ${ctimeNs} ${ino}`;
  const known = await recall(memo, name);
  if (known?.length === 64) return known;
  const digest = await hashFile(path);
  await remember(memo, name, digest);
  return digest;
}

export function peekContext(sources: Sources, remote: boolean, signal: AbortSignal): PeekContext {
  return {
    resolve: (path) => resolvePath(path, sources),
    digest: (path) => digestFile(path, sources.memo),
    fetch: remote
      ? outboundFetch({ allowed: allowedHosts(process.env), hub: hubAccess(process.env), signal })
      : noFetch,
    signal,
  };
}

/** The code of an issue that says why a source cannot be read. */
export const sourceCode = "source";

export interface PeekOptions {
  readonly catalogue: Catalogue;
  readonly modules: NodeModules;
  readonly sources: Sources;
  readonly remote: boolean;
  readonly signal: AbortSignal;
  /** Only these nodes; default: all. */
  readonly nodes?: ReadonlySet<string>;
}

/** Peeks at every source of a graph, all at the same time. A source that cannot be read is an issue on its node. */
export async function peekAll(
  graph: Graph,
  options: PeekOptions,
): Promise<{ facts: Record<string, Fact>; issues: Issue[] }> {
  const context = peekContext(options.sources, options.remote, options.signal);
  const facts: Record<string, Fact> = {};
  const issues: Issue[] = [];
  const wanted = Object.entries(graph.nodes).filter(([id]) => options.nodes?.has(id) !== false);
  await Promise.all(
    wanted.map(async ([id, node]) => {
      const spec = options.catalogue.get(node.type);
      const params = spec?.params.safeParse(node.params ?? {});
      // Unknown types and bad params are compile's to report.
      if (spec === undefined || params?.success !== true) return;
      // So is what the node itself finds wrong in its params: one fault, one issue.
      if (spec.infer?.({ params: params.data, inputs: {} }).issues?.some((issue) => issue.param !== undefined)) return;
      await peekOne(spec, options.modules.get(node.type)?.peek, params.data, {
        ...context,
        memo: options.sources.memo,
      }).then(
        (fact) => {
          if (fact !== undefined) facts[id] = fact;
        },
        (error: unknown) => {
          if (error instanceof NetworkOff) return;
          const message = error instanceof Error ? error.message : String(error);
          issues.push({ code: sourceCode, severity: "error", node: id, message });
        },
      );
    }),
  );
  return { facts, issues };
}

async function peekOne(
  spec: NodeSpec,
  module: string | undefined,
  params: Record<string, unknown>,
  { memo, ...context }: PeekContext & { readonly memo: string },
): Promise<Fact | undefined> {
  if (spec.peeks === true) {
    if (module === undefined) throw new Error(`${spec.title} says that it peeks, but has no peek.node.ts`);
    const { peek }: { peek: Peek<Record<string, unknown>> } = await import(pathToFileURL(module).href);
    const version = () => implementations(new Map([["peek", { run: module }]])).digest("peek");
    return pinnedFact(memo, params, version, () => peek(params, context));
  }
  const identity = await pathIdentity(spec, params, context);
  return identity === undefined ? undefined : { identity, outputs: {} };
}

/** A node with path params that does not peek: the content of those paths is its identity. */
async function pathIdentity(
  spec: NodeSpec,
  params: Record<string, unknown>,
  context: PeekContext,
): Promise<string | undefined> {
  const names = pathParams(spec);
  if (names.length === 0) return undefined;
  const absolute = await withPaths(spec, params, context.resolve);
  const contents: unknown[] = [];
  for (const name of names) {
    const value = absolute[name];
    const paths = (Array.isArray(value) ? value : [value]).filter((path): path is string => typeof path === "string");
    for (const path of paths) contents.push(isAbsolute(path) ? await treeDigest(path, context) : path);
  }
  return digestOf(contents);
}

async function treeDigest(path: string, context: PeekContext): Promise<unknown> {
  if (!(await stat(path)).isDirectory()) return [basename(path), await context.digest(path)];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.sort().map(async (file) => [relative(path, file), await context.digest(file)]));
}
