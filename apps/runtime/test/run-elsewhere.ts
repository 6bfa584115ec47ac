// Runs a graph in a process of its own, which a test then kills: arguments are the home and the graph, events go to the parent.
import type { Graph } from "@heddle/schema/graph";
import { openTestEngine } from "./harness.ts";

const [, , home = "", document = ""] = process.argv;
const graph: Graph = JSON.parse(document);
const engine = await openTestEngine(home);
const { id } = await engine.startRun(graph, home, {});
process.send?.({ run: id });
for await (const event of engine.events(id)) process.send?.(event);
await engine.close();
