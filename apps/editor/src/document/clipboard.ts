// Copy and paste as text: what is copied is a whole document that opens, diffs and runs by itself.
import type { Graph } from "@heddle/schema/graph";
import { readGraph, writeGraph } from "@heddle/schema/document";
import { fragment } from "./edits.ts";

export function copyText(graph: Graph, ids: ReadonlySet<string>): string {
  return writeGraph(fragment(graph, ids));
}

/** The document in pasted text; undefined where the text is none. */
export function pastedGraph(text: string): Graph | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  return readGraph(text).graph;
}
