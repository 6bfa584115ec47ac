// Files dropped on the canvas: a graph is put in, data gets the node that opens it.
import type { NodeSpec } from "@heddle/schema/node";
import { pastedGraph } from "../document/clipboard.ts";
import { addNode, freshId, idsOf, setParam, type Point } from "../document/edits.ts";
import { paramGroups } from "../inspector/param-schema.ts";
import { notify } from "../interface-store.ts";
import type { Session } from "../session.ts";
import { paste } from "./commands.ts";

/** The node that opens files of this name and the parameter that takes the path: of several the one with the longest ending. */
export function openerOf(
  catalogue: ReadonlyMap<string, NodeSpec>,
  name: string,
): { readonly type: string; readonly param: string; readonly many?: boolean } | undefined {
  const lower = name.toLowerCase();
  let best: { type: string; param: string; many?: boolean; length: number } | undefined;
  for (const [type, spec] of catalogue) {
    const length = Math.max(0, ...(spec.opens ?? []).filter((end) => lower.endsWith(end)).map((end) => end.length));
    if (length <= (best?.length ?? 0)) continue;
    const field = paramGroups(spec)
      .flatMap(({ fields }) => fields)
      .find(({ schema }) => schema.path);
    if (field) best = { type, param: field.name, length, ...(field.schema.many && { many: true }) };
  }
  return best;
}

/** Copies files beside the graph and adds a node for each; one for all that a node reads from their folder. */
export async function addFiles(session: Session, files: readonly File[], at: Point): Promise<void> {
  const { api, catalogue, document, id: graph } = session;
  const added: string[] = [];
  const folders = new Map<string, string>();
  for (const file of files) {
    if (file.name.endsWith(".heddle.json") && pastedGraph(await file.text())) {
      paste(session, await file.text(), at);
      continue;
    }
    const opener = openerOf(catalogue, file.name);
    if (!opener) {
      notify(`No node opens ${file.name}.`);
      continue;
    }
    const path = await api.upload(graph, file);
    const reader = folders.get(opener.type);
    if (reader !== undefined) {
      document.edit((before) => setParam(before, reader, opener.param, "."));
      continue;
    }
    const id = freshId(idsOf(document.getState().graph), opener.type);
    const place: Point = [at[0], at[1] + added.length * 180];
    document.edit((before) => setParam(addNode(before, id, opener.type, place), id, opener.param, path));
    added.push(id);
    if (opener.many) folders.set(opener.type, id);
  }
  if (added.length > 0) document.select(added);
}
