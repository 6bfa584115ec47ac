// Whether a run is asked about before it starts: what it would reach that nobody has agreed to, and the first run of somebody else's graph.
import type { Reach, RunRequest } from "@heddle/schema/api";
import type { Graph } from "@heddle/schema/graph";
import { upstream } from "@heddle/schema/upstream";
import type { Origin } from "./origins.ts";
import { hostLines, isAsking, missingKeys, within } from "./reach.ts";

export interface Question {
  readonly request: RunRequest;
  readonly nodes: ReadonlySet<string>;
  /** The first run of a graph that was not made here: everything that it reaches is shown. */
  readonly first: boolean;
  /** Hosts that are shown, also once they are allowed. */
  readonly hosts: ReadonlySet<string>;
}

/** @param hasRun whether the graph has run before; asked only where it matters */
export async function questionOf(
  request: RunRequest,
  { graph, reach, origin }: { graph: Graph; reach: Reach; origin: Origin | undefined },
  hasRun: () => Promise<boolean>,
): Promise<Question | undefined> {
  const ran = request.to ? upstream(graph, request.to) : graph;
  const nodes = new Set(Object.keys(ran.nodes));
  const reached = within(reach, nodes);
  const lines = hostLines(reached);
  const outside = lines.length > 0 || reached.secrets.length > 0;
  // Templates are Heddle's own: one that stays on this machine is not asked about.
  const isForeign = origin === "imported" || (origin !== "own" && outside);
  const first = isForeign && !(await hasRun());
  if (!first && !lines.some(isAsking) && missingKeys(reached).length === 0) return undefined;
  const shown = first ? lines : lines.filter(isAsking);
  return { request, nodes, first, hosts: new Set(shown.map(({ host }) => host)) };
}
