// The catalogue as Node sees it: every folder beside this file that has a spec.ts is a node, and the files in it say what it can do.
import { readdir } from "node:fs/promises";
import type { Catalogue, NodeSpec } from "@heddle/schema/node";

/** Modules of one node, as URLs to import; a file that does not exist is absent. */
export interface NodeModules {
  /** run.node.ts, or else the portable run.ts. */
  readonly run?: URL;
  readonly peek?: URL;
  readonly examples?: URL;
}

export interface NodeIndex {
  readonly catalogue: Catalogue;
  readonly modules: ReadonlyMap<string, NodeModules>;
}

/** Reads the listing only; no node's code is loaded. */
export async function indexModules(): Promise<ReadonlyMap<string, NodeModules & { readonly spec: URL }>> {
  const root = new URL("./", import.meta.url);
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const listed = await Promise.all(
    folders.map(async (id) => {
      const files = new Set(await readdir(new URL(`${id}/`, root)));
      const find = (...names: string[]) =>
        names.filter((name) => files.has(name)).map((name) => new URL(`${id}/${name}`, root))[0];
      const spec = find("spec.ts");
      const run = find("run.node.ts", "run.ts");
      const peek = find("peek.node.ts");
      const examples = find("examples.json");
      return { id, spec, modules: { ...(run && { run }), ...(peek && { peek }), ...(examples && { examples }) } };
    }),
  );
  const sorted = listed.sort((a, b) => (a.id < b.id ? -1 : 1));
  return new Map(sorted.flatMap(({ id, spec, modules }) => (spec ? [[id, { spec, ...modules }]] : [])));
}

/** Loads every spec. Run and peek modules are left to whoever runs them: `await import(modules.get(id).run.href)`. */
export async function loadCatalogue(): Promise<NodeIndex> {
  const modules = await indexModules();
  const specs = await Promise.all(
    Array.from(modules, async ([id, { spec }]): Promise<[string, NodeSpec]> => {
      const module: { spec?: NodeSpec } = await import(spec.href);
      if (!module.spec)
        throw new Error(`node ${id}: spec.ts has no export named spec; write \`export const spec = defineNode({…})\``);
      return [id, module.spec];
    }),
  );
  return { catalogue: new Map(specs), modules };
}
