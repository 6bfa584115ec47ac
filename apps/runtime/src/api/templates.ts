// The graphs under templates/, read as they are: opening one runs nothing.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { TemplateSummary } from "@heddle/schema/api";
import { readGraph } from "@heddle/schema/document";

const templatesDirectory = join(import.meta.dirname, "../../../../templates");
const ending = ".heddle.json";

export async function readTemplates(): Promise<TemplateSummary[]> {
  const names = (await readdir(templatesDirectory)).filter((name) => name.endsWith(ending)).sort();
  return Promise.all(names.map(readTemplate));
}

async function readTemplate(name: string): Promise<TemplateSummary> {
  const { graph, issues } = readGraph(await readFile(join(templatesDirectory, name), "utf8"));
  if (graph === undefined) throw new Error(`template ${name} does not parse: ${issues[0]?.message}`);
  return {
    id: name.slice(0, -ending.length),
    name: graph.name,
    description: graph.description ?? "",
    nodes: Object.keys(graph.nodes).length,
    document: graph,
  };
}
