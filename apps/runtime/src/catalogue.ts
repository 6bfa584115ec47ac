// The catalogue as files: every folder with a spec.ts is a node, and the other files in it say how it runs.
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Catalogue, NodeSpec } from "@heddle/schema/node";

/** Where a node's code lies: absolute paths by node type. */
export type NodeModules = ReadonlyMap<string, { readonly run: string; readonly peek?: string }>;

/** A node as its folder gives it; undefined where it is none, or where it cannot be used, which `tell` is told in one line. */
async function nodeIn(root: string, name: string, tell: (line: string) => void) {
  const path = join(root, name);
  const files = await readdir(path);
  if (!files.includes("spec.ts")) return undefined;
  const run = ["run.node.ts", "run.ts"].find((file) => files.includes(file));
  if (run === undefined) {
    tell(`node ${name} is left out: ${path} has a spec.ts, but neither run.ts nor run.node.ts; write one of them`);
    return undefined;
  }
  const { spec }: { spec?: NodeSpec } = await import(pathToFileURL(join(path, "spec.ts")).href).catch(
    (error: unknown) => {
      tell(`node ${name} is left out: ${join(path, "spec.ts")} cannot be loaded (${String(error)}); mend it`);
      return {};
    },
  );
  if (spec === undefined) return undefined;
  const peek = files.includes("peek.node.ts") ? { peek: join(path, "peek.node.ts") } : {};
  return { name, spec, modules: { run: join(path, run), ...peek } };
}

/** One node that is unfinished stops no other. */
export async function loadCatalogue(
  directory: string | URL,
  tell: (line: string) => void = console.error,
): Promise<{ catalogue: Catalogue; modules: NodeModules }> {
  const root = directory instanceof URL ? fileURLToPath(directory) : resolve(directory);
  const folders = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const found = await Promise.all(folders.map(({ name }) => nodeIn(root, name, tell)));
  const nodes = found.filter((node) => node !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    catalogue: new Map(nodes.map(({ name, spec }) => [name, spec])),
    modules: new Map(nodes.map(({ name, modules }) => [name, modules])),
  };
}
