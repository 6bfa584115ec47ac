// The catalogue as files: every folder with a spec.ts is a node, and the other files in it say how it runs.
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Catalogue, NodeSpec } from "@heddle/schema/node";

/** Where a node's code lies: absolute paths by node type. */
export type NodeModules = ReadonlyMap<string, { readonly run: string; readonly peek?: string }>;

export async function loadCatalogue(directory: string | URL): Promise<{ catalogue: Catalogue; modules: NodeModules }> {
  const root = directory instanceof URL ? fileURLToPath(directory) : resolve(directory);
  const folders = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const found = await Promise.all(
    folders.map(async ({ name }) => {
      const path = join(root, name);
      const files = await readdir(path);
      if (!files.includes("spec.ts")) return undefined;
      const run = ["run.node.ts", "run.ts"].find((file) => files.includes(file));
      if (run === undefined) throw new Error(`node ${name}: ${path} has a spec.ts, but neither run.ts nor run.node.ts`);
      const { spec }: { spec: NodeSpec } = await import(pathToFileURL(join(path, "spec.ts")).href);
      const peek = files.includes("peek.node.ts") ? { peek: join(path, "peek.node.ts") } : {};
      return { name, spec, modules: { run: join(path, run), ...peek } };
    }),
  );
  const nodes = found.filter((node) => node !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    catalogue: new Map(nodes.map(({ name, spec }) => [name, spec])),
    modules: new Map(nodes.map(({ name, modules }) => [name, modules])),
  };
}
