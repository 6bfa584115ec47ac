// Reading the graph a command was given, with `--set node.param=JSON` laid over its params.
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { readGraph } from "@heddle/schema/document";
import type { Graph } from "@heddle/schema/graph";
import type { Issue } from "@heddle/schema/issue";

export interface GraphFile {
  /** Absent where the document does not parse. */
  readonly graph: Graph | undefined;
  readonly issues: readonly Issue[];
  /** Relative paths in the graph start here. */
  readonly directory: string;
}

/** A command line that cannot be understood: exit status 2, the sentence on standard error. */
export class UsageError extends Error {}

export async function readGraphFile(file: string, settings: readonly string[] = []): Promise<GraphFile> {
  const path = resolve(file);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const why = code === "ENOENT" ? "it does not exist" : code === "EISDIR" ? "it is a directory" : String(error);
    throw new UsageError(`cannot read ${file}: ${why}`, { cause: error });
  }
  const { graph, issues } = readGraph(text);
  if (graph === undefined) return { graph, issues, directory: dirname(path) };
  return { graph: settings.reduce(applySetting, graph), issues, directory: dirname(path) };
}

/** `node.param=JSON`; `node.outer.inner=JSON` reaches into an object. Text that is not JSON counts as a string. */
function applySetting(graph: Graph, setting: string): Graph {
  const match = /^([A-Za-z][\w-]*)\.([\w.-]+)=(.*)$/s.exec(setting);
  if (match === null) throw new UsageError(`--set ${setting}: write node.param=JSON, for example train.r=16`);
  const [, id = "", path = "", text = ""] = match;
  const node = graph.nodes[id];
  if (node === undefined) {
    throw new UsageError(
      `--set ${setting}: the graph has no node ${id}; it has ${Object.keys(graph.nodes).join(", ")}`,
    );
  }
  const params = setIn(node.params ?? {}, path.split("."), parseValue(text)) as NonNullable<typeof node.params>;
  return { ...graph, nodes: { ...graph.nodes, [id]: { ...node, params } } };
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // `--set data.path=chats.jsonl` is what people type; broken JSON that was meant as such is still refused.
    if (/^\s*[[{"]/.test(text)) throw new UsageError(`--set: ${text} is not JSON`, { cause: error });
    return text;
  }
}

function setIn(target: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const object = typeof target === "object" && target !== null && !Array.isArray(target) ? target : {};
  return { ...object, [key]: setIn((object as Record<string, unknown>)[key], rest, value) };
}
