// Makes graphs of documents, remembers where they came from, and opens them.
import type { Graph } from "@heddle/schema/graph";
import type { Api } from "../api/client.ts";
import { documentOf } from "../document/read-file.ts";
import { graphPath, navigate } from "../route.ts";
import { forgetOrigin, setOrigin, type Origin } from "../run/origins.ts";

export async function openAsNew(api: Api, document: Graph, from: Origin): Promise<void> {
  const { id } = await api.createGraph(document);
  setOrigin(id, from);
  navigate(graphPath(id));
}

export async function openFile(api: Api, file: File | undefined): Promise<void> {
  if (file) await openAsNew(api, await documentOf(file), "imported");
}

export async function deleteGraph(api: Api, id: string): Promise<void> {
  await api.deleteGraph(id);
  forgetOrigin(id);
}
