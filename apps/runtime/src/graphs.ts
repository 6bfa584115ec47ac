// Stored graphs: documents with a version, and a directory each that their paths are relative to.
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { GraphRecord, GraphSummary } from "@heddle/schema/api";
import type { Graph } from "@heddle/schema/graph";
import type { StoredGraph } from "./database/records.ts";
import type { Parts } from "./step.ts";

function summaryOf(graph: StoredGraph): GraphSummary {
  const { id, version, name, directory, updated } = graph;
  return { id, version, name, directory, updated: new Date(updated).toISOString() };
}

function recordOf(graph: StoredGraph): GraphRecord {
  const { id, version, directory, updated, document } = graph;
  return { id, version, directory, updated: new Date(updated).toISOString(), document };
}

export function graphs(parts: Parts) {
  const get = async (id: string): Promise<GraphRecord | undefined> => {
    const found = await (await parts.records()).graph(id);
    return found && recordOf(found);
  };
  return {
    async list(): Promise<GraphSummary[]> {
      return (await (await parts.records()).graphs()).map(summaryOf);
    },
    async create(document: Graph, directory?: string): Promise<GraphRecord> {
      const id = randomUUID();
      const own = directory ?? join(parts.home.graphs, id);
      await mkdir(own, { recursive: true });
      const graph = { id, version: 1, name: document.name, directory: own, document, updated: Date.now() };
      await (await parts.records()).insertGraph(graph);
      return recordOf(graph);
    },
    get,
    async update(id: string, document: Graph, version: number) {
      const changed = await (await parts.records()).updateGraph(id, version, document);
      const record = await get(id);
      return record && { record, conflict: !changed };
    },
    /** Puts a file beside the graph, in place of one of that name; its path is the name, which the caller has checked. */
    async addFile(id: string, name: string, content: ReadableStream<Uint8Array>) {
      const record = await get(id);
      if (record === undefined) return undefined;
      const partial = join(record.directory, `.${randomUUID()}`);
      try {
        await pipeline(content, createWriteStream(partial));
        await rename(partial, join(record.directory, name));
      } finally {
        await rm(partial, { force: true });
      }
      return { path: name };
    },
    async remove(id: string): Promise<boolean> {
      const removed = await (await parts.records()).removeGraph(id);
      // Only a directory that was made for it: one that the user named is the user's.
      if (removed) await rm(join(parts.home.graphs, id), { recursive: true, force: true });
      return removed;
    },
  };
}
