// What runs in a browser, loaded node by node when it is first needed: run.browser.ts where the browser must differ, else run.ts.
import type { MapOpen, WholeRun } from "@heddle/schema/node";

type Params = Readonly<Record<string, unknown>>;

export interface BrowserRun {
  readonly open?: MapOpen<Params>;
  readonly run?: WholeRun<Params>;
}

const portable = import.meta.glob<BrowserRun>("./*/run.ts");
const own = import.meta.glob<BrowserRun>("./*/run.browser.ts");

function nodeId(path: string): string {
  return path.split("/")[1]!;
}

/** By node id; nodes that only the runtime can run are absent. */
export const runs: ReadonlyMap<string, () => Promise<BrowserRun>> = new Map(
  [portable, own].flatMap((found) => Object.entries(found).map(([path, load]) => [nodeId(path), load] as const)),
);
