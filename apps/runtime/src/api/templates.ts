// The graphs under templates/, read as they are: opening one runs nothing.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { TemplateSummary } from "@heddle/schema/api";
import { readGraph } from "@heddle/schema/document";

const templatesDirectory = join(import.meta.dirname, "../../../../templates");
const ending = ".heddle.json";

/** In the gallery's order (templates/gallery.json); a template it does not name comes behind, by name. */
export async function readTemplates(): Promise<TemplateSummary[]> {
  const names = (await readdir(templatesDirectory)).filter((name) => name.endsWith(ending)).sort();
  const order = z.array(z.string()).parse(JSON.parse(await readFile(join(templatesDirectory, "gallery.json"), "utf8")));
  const templates = await Promise.all(names.map(readTemplate));
  const place = ({ id }: TemplateSummary) => (order.includes(id) ? order.indexOf(id) : order.length);
  return templates.sort((left, right) => place(left) - place(right));
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
