// Looking at a graph without running it: its sources' facts, and what a run would do.
import { resolve } from "node:path";
import type { ExplainResponse, FactsResponse } from "@heddle/schema/api";
import { digestOf } from "@heddle/schema/canonical";
import { compile } from "@heddle/schema/compile";
import type { Graph } from "@heddle/schema/graph";
import type { Issue } from "@heddle/schema/issue";
import { upstream } from "@heddle/schema/upstream";
import { explainAll } from "./explain.ts";
import { peekAll } from "./facts.ts";
import type { Parts } from "./step.ts";

export interface PathOptions {
  /** Path params may name any file (the user typed them on a command line); otherwise only the graph's directory and `roots`. */
  readonly anyPath?: boolean;
}

/** Thrown by `startRun` where the graph is not valid; nothing was recorded. */
export class GraphInvalid extends Error {
  readonly issues: readonly Issue[];
  constructor(issues: readonly Issue[]) {
    super(issues.map((issue) => issue.message).join("\n"));
    this.issues = issues;
  }
}

/** `signal`: aborted when the engine closes. */
export function inspection(parts: Parts, signal: AbortSignal) {
  const peek = (graph: Graph, directory: string, options: PathOptions & { remote?: boolean }) =>
    peekAll(graph, {
      catalogue: parts.catalogue,
      modules: parts.modules,
      sources: {
        directory: resolve(directory),
        roots: options.anyPath === true ? undefined : parts.roots,
        memo: parts.home.memo,
      },
      remote: options.remote === true,
      signal,
    });

  return {
    peek,
    async facts(
      document: Graph,
      directory: string,
      options: PathOptions & { readonly remote?: boolean } = {},
    ): Promise<FactsResponse> {
      return peek(document, directory, options);
    },
    async explain(
      document: Graph,
      directory: string,
      options: PathOptions & {
        readonly remote?: boolean;
        readonly graph?: string;
        readonly to?: readonly string[];
      } = {},
    ): Promise<ExplainResponse> {
      const graph = needed(document, options.to);
      const opening = Promise.allSettled([parts.records()]);
      const { facts, issues: sourceIssues } = await peek(graph, directory, options);
      const issues = [...sourceIssues, ...compile(graph, parts.catalogue, facts).issues];
      const lineage = lineageOf(document, directory, options.graph);
      await opening;
      const records = await parts.records();
      const reach = await parts.secrets.reach(graph, parts.catalogue);
      return { issues, facts, reach, steps: await explainAll({ parts, records, lineage, facts }, graph, issues) };
    },
  };
}

/** The part of a graph that a run to some nodes needs; all of it where none are named. */
export function needed(document: Graph, to: readonly string[] | undefined): Graph {
  if (to === undefined) return document;
  const unknown = to.find((id) => !Object.hasOwn(document.nodes, id));
  if (unknown !== undefined) {
    const message = `there is no node "${unknown}" to run to; the graph has ${Object.keys(document.nodes).join(", ")}`;
    throw new GraphInvalid([{ code: "unknown-node", severity: "error", message }]);
  }
  return upstream(document, to);
}

/** What makes two runs runs of the same graph: the stored graph's id, or the name of the document in its directory. */
export function lineageOf(document: Graph, directory: string, graph: string | undefined): string {
  return graph ?? digestOf([resolve(directory), document.name]);
}
