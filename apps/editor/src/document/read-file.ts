import { readGraph } from "@heddle/schema/document";
import type { Graph } from "@heddle/schema/graph";

/** Reads a document out of a file; says in words what is wrong with one that is none. */
export async function documentOf(file: File): Promise<Graph> {
  const { graph, issues } = readGraph(await file.text());
  if (!graph) throw new Error(`${file.name} is not a graph: ${issues[0]?.message ?? "it cannot be read"}`);
  return graph;
}
