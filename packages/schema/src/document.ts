// The graph document as text: read with every shape problem named by line, written so that a diff shows what was edited and nothing else.
import type { z } from "zod";
import { graph as graphShape, noteColours, type Graph } from "./graph.ts";
import type { Issue } from "./issue.ts";
import {
  editJson,
  formatJson,
  JsonSyntaxError,
  nodeAt,
  parseJson,
  placeOf,
  sameJson,
  type Json,
  type JsonNode,
  type Layout,
  type ParsedJson,
} from "./json-text.ts";
import { didYouMean } from "./nearest.ts";

export interface ReadGraph {
  /** What could be read, without the parts that issues name; absent where the text is not a graph at all. */
  readonly graph?: Graph;
  readonly issues: readonly Issue[];
}

/** Never throws: everything wrong with the text is an issue. What the graph means is compile's business. */
export function readGraph(text: string): ReadGraph {
  const parsed = parseOrIssue(text);
  if ("code" in parsed) return { issues: [parsed] };
  const { root, duplicates } = parsed;
  const repeated = duplicates.map((duplicate): Issue => {
    const [first, again] = [placeOf(text, duplicate.first).line, placeOf(text, duplicate.again).line];
    const name = duplicate.path.at(-1)!;
    const isNode = duplicate.path.length === 2 && duplicate.path[0] === "nodes";
    const message = isNode
      ? `node "${name}" is there twice, on lines ${first} and ${again}; rename one of them`
      : `key "${name}" is there twice, on lines ${first} and ${again}; remove one of them`;
    const facts = { lines: [first, again] };
    const code = isNode ? "duplicate-id" : "duplicate-key";
    return { code, severity: "error", ...placed(duplicate.path), message, facts };
  });
  const shaped = graphShape.safeParse(root.value);
  if (shaped.success) return { graph: shaped.data, issues: repeated };

  const faults = shaped.error.issues.flatMap(faultsOf);
  const issues = faults.map((fault) => issueOf(fault, text, root));
  const repaired = graphShape.safeParse(without(root.value, faults));
  return { ...(repaired.success && { graph: repaired.data }), issues: [...repeated, ...issues] };
}

function parseOrIssue(text: string): ParsedJson | Issue {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const { line, column } = placeOf(text, error.offset);
    const message = `not JSON: line ${line}, column ${column}: ${error.message}`;
    return { code: "not-json", severity: "error", message, facts: { line, column } };
  }
}

interface Fault {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly says: string;
}

const knownKeys: readonly (readonly string[])[] = [
  Object.keys(graphShape.shape),
  [],
  Object.keys(graphShape.shape.nodes.valueType.shape),
];

/** Whether something was tried as a shape with this member, and has it. */
function has(faults: readonly z.core.$ZodIssue[], member: string): boolean {
  return (
    faults.length > 0 &&
    faults.every(({ code, path }) => path[0] !== member && !(code === "invalid_type" && path.length === 0))
  );
}

/** What stands in `view` is told apart by its members: a note has a text, a dot what it comes from. */
function viewSays(issue: z.core.$ZodIssue): string {
  const [, note = [], dot = []] = issue.code === "invalid_union" ? issue.errors : [];
  if (has(note, "note"))
    return `a note is { "note": "text", "at": [x, y] }, with "size": [width, height] and a "colour" of ${noteColours.join(", ")} where wanted`;
  if (has(dot, "from")) return 'a dot is { "from": "node.port", "at": [x, y], "to": ["node.port"] }';
  return "a position is [x, y]";
}

function faultsOf(issue: z.core.$ZodIssue): Fault[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      code: "unknown-key",
      path: [...path, key],
      says: `unknown key "${key}"${didYouMean(key, knownKeys[path.length] ?? [])}`,
    }));
  }
  const [part, , field] = path;
  if (part === "nodes" && field === "in" && path.length > 3) {
    return [{ code: "bad-reference", path, says: 'an input takes "node.port", or a list of them' }];
  }
  if (part === "heddle")
    return [{ code: "unknown-version", path, says: 'this program reads files that say "heddle": 1' }];
  if (part === "nodes" && path.length === 2 && issue.code === "invalid_key") {
    const says = `"${String(path[1])}" cannot be a node's id: a letter, then up to 63 letters, digits, "-" or "_"`;
    return [{ code: "bad-id", path, says }];
  }
  if (part === "view") return [{ code: "bad-value", path, says: viewSays(issue) }];
  return [{ code: "bad-value", path, says: issue.message.replace(/^Invalid input: /, "") }];
}

function issueOf({ code, path, says }: Fault, text: string, root: JsonNode): Issue {
  const steps = path.map((step) => (typeof step === "number" ? step : String(step)));
  const { line, column } = placeOf(text, nodeAt(root, path).start);
  const message = `${steps.length > 0 ? `${steps.join(".")}: ` : ""}${says}`;
  return { code, severity: "error", ...placed(steps), message, facts: { line, column } };
}

/** Below a node the issue names the node, and its path starts there, as it does in compile's issues. */
function placed(path: readonly (string | number)[]): Pick<Issue, "node" | "port" | "path"> {
  const [part, node, ...rest] = path;
  if (part !== "nodes" || node === undefined) return { path: [...path] };
  const port = rest[0] === "in" && rest[1] !== undefined ? { port: String(rest[1]) } : {};
  return { node: String(node), ...port, path: rest };
}

/** The value without the members at the faults' paths, so that the rest can be checked too. */
function without(value: Json, faults: readonly Fault[]): unknown {
  const copy = structuredClone(value);
  if (typeof copy !== "object" || copy === null || Array.isArray(copy)) return copy;
  for (const { path } of faults) {
    let holder: Json | undefined = copy;
    for (const step of path.slice(0, -1)) holder = memberOf(holder, step);
    // Below an input's list or a position the whole entry goes.
    if (Array.isArray(holder)) removeMember(path.slice(0, -2).reduce<Json | undefined>(memberOf, copy), path.at(-2)!);
    else if (holder !== undefined) removeMember(holder, path.at(-1)!);
    // A node without a type is none.
    if (path[0] === "nodes" && path[2] === "type") removeMember(copy["nodes"], path[1]!);
  }
  return { name: "untitled", nodes: {}, ...copy, heddle: 1 };
}

function memberOf(holder: Json | undefined, step: PropertyKey): Json | undefined {
  if (Array.isArray(holder)) return holder[Number(step)];
  return typeof holder === "object" && holder !== null ? holder[String(step)] : undefined;
}

function removeMember(holder: Json | undefined, step: PropertyKey): void {
  if (typeof holder === "object" && holder !== null && !Array.isArray(holder)) delete holder[String(step)];
}

const layout: Layout = {
  width: 120,
  expand: (path) => path.length === 0 || (path.length === 1 && (path[0] === "nodes" || path[0] === "view")),
};

/**
 * A graph as text, one short node a line. With `original` (the text it was read from), all that did not change keeps its
 * bytes: formatting, order and line ends; an unchanged graph gives `original` back.
 */
export function writeGraph(graph: Graph, original?: string): string {
  const value = ordered(graph);
  const parsed = original === undefined ? undefined : parseOrIssue(original);
  if (original === undefined || !parsed || "code" in parsed) return `${formatJson(value, layout)}\n`;
  if (sameJson(parsed.root.value, value)) return original;
  const edited = editJson(original, parsed.root, value, layout);
  const eol = original.includes("\r\n") ? "\r\n" : "\n";
  const text = original.slice(0, parsed.root.start) + edited + original.slice(parsed.root.end);
  return eol === "\n" ? text : text.replaceAll(/\r?\n/g, eol);
}

/** Members in the order they are documented in, without those that say nothing. */
function ordered({ heddle, name, description, nodes, view }: Graph): Json {
  const shown = Object.entries(view ?? {}).map(([id, entry]) => [id, orderedView(entry)]);
  const tidy = Object.entries(nodes).map(([id, { type, title, note, in: inputs, params }]) => [
    id,
    { type, title, note, in: inputs, params },
  ]);
  // A trip through JSON drops what is undefined.
  return JSON.parse(
    JSON.stringify({
      heddle,
      name,
      description,
      nodes: Object.fromEntries(tidy),
      view: view && Object.fromEntries(shown),
    }),
  );
}

function orderedView(entry: NonNullable<Graph["view"]>[string]) {
  if ("note" in entry) return { note: entry.note, at: entry.at, size: entry.size, colour: entry.colour };
  return "from" in entry ? { from: entry.from, at: entry.at, to: entry.to } : entry;
}
