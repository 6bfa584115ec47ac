// The repository's code, parsed once: what the policy tests look at.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseSync } from "vite";

export const root = join(import.meta.dirname, "../..");

/** A node of the syntax tree (ESTree with TypeScript's nodes). */
export interface Syntax {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface Source {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly isTest: boolean;
  readonly program: Syntax;
  /** Every node of the program, parents first. */
  readonly nodes: readonly Syntax[];
  readonly comments: readonly { readonly type: string; readonly value: string; readonly start: number }[];
}

const places = ["packages", "apps", "test", "templates"];
const foreign = new Set(["node_modules", "dist", ".git"]);

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (foreign.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

export function isTestPath(path: string): boolean {
  // golden-… files read test data for the tests beside them.
  return /\.test\.tsx?$|\/golden-[^/]*\.ts$/.test(path) || path.startsWith("test/");
}

function read(file: string): Source {
  const path = relative(root, file);
  const text = readFileSync(file, "utf8");
  const { program, comments, errors } = parseSync(file, text);
  const [error] = errors;
  if (error) throw new Error(`${path}: ${error.message}`);
  // The parser's types name every kind of node; here they are all looked at alike.
  const tree = program as unknown as Syntax;
  const nodes = Array.from(nodesOf(tree));
  return { path, text, lines: text.split("\n"), isTest: isTestPath(path), program: tree, nodes, comments };
}

export const sources: readonly Source[] = places.flatMap((place) => filesUnder(join(root, place))).map(read);

export function isSyntax(value: unknown): value is Syntax {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" && "start" in value
  );
}

function* nodesOf(tree: Syntax): Generator<Syntax> {
  const stack: unknown[] = [tree];
  while (stack.length > 0) {
    const value = stack.pop();
    if (Array.isArray(value)) stack.push(...value.toReversed());
    else if (isSyntax(value)) {
      yield value;
      stack.push(
        ...Object.values(value)
          .filter((field) => typeof field === "object")
          .toReversed(),
      );
    }
  }
}

export function lineOf({ lines }: Source, offset: number): number {
  let end = 0;
  const line = lines.findIndex((text) => (end += text.length + 1) > offset);
  return line < 0 ? lines.length : line + 1;
}

/** `path:line`, as terminals make it clickable. */
export function placeOf(source: Source, offset: number): string {
  return `${source.path}:${lineOf(source, offset)}`;
}

/** Module names that a file imports or re-exports, with their places. */
export function importsOf(
  source: Source,
): { readonly specifier: string; readonly start: number; readonly typeOnly: boolean }[] {
  const found: { specifier: string; start: number; typeOnly: boolean }[] = [];
  for (const node of source.nodes) {
    const isStatic = ["ImportDeclaration", "ExportNamedDeclaration", "ExportAllDeclaration"].includes(node.type);
    if (!isStatic && node.type !== "ImportExpression") continue;
    const from = node["source"];
    if (!isSyntax(from) || typeof from["value"] !== "string") continue;
    const typeOnly = node["importKind"] === "type" || node["exportKind"] === "type";
    found.push({ specifier: from["value"], start: node.start, typeOnly });
  }
  return found;
}
