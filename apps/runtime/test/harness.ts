// A real engine on a home of its own, with the fixture nodes.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunRecord, RunRequest } from "@heddle/schema/api";
import type { Event } from "@heddle/schema/event";
import type { Graph } from "@heddle/schema/graph";
import { loadCatalogue } from "../src/catalogue.ts";
import { openEngine, type Engine, type EngineOptions } from "../src/engine.ts";

export const nodes = new URL("./nodes/", import.meta.url);

export function temporaryHome(): { home: string; remove(): void } {
  const home = mkdtempSync(join(tmpdir(), "heddle-home-"));
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

export async function openTestEngine(home: string, options: Partial<EngineOptions> = {}): Promise<Engine> {
  return openEngine({ home, serve: false, slots: 2, ...(await loadCatalogue(nodes)), ...options });
}

export function graphOf(nodes: Graph["nodes"], name = "test"): Graph {
  return { heddle: 1, name, nodes };
}

/** Runs to the end and gives the record with all events. */
export async function runToEnd(
  engine: Engine,
  graph: Graph,
  directory: string,
  request: RunRequest = {},
): Promise<{ record: RunRecord; events: Event[] }> {
  const started = await engine.startRun(graph, directory, request, { anyPath: true });
  const events: Event[] = [];
  for await (const event of engine.events(started.id)) events.push(event);
  const record = await engine.run(started.id);
  if (record === undefined) throw new Error("the run is not there any more");
  return { record, events };
}

export function states(record: RunRecord): Record<string, string> {
  return Object.fromEntries(record.steps.map(({ node, state }) => [node, state]));
}
