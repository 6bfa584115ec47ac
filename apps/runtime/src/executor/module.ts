// A node's run module, as the process that runs it loads it.
import { pathToFileURL } from "node:url";
import type { MapOpen, ServiceStart, WholeRun } from "@heddle/schema/node";
import type { Params } from "./context.ts";

export interface RunModule {
  readonly open?: MapOpen<Params>;
  readonly run?: WholeRun<Params>;
  readonly start?: ServiceStart<Params>;
}

export async function loadModule(path: string): Promise<RunModule> {
  return import(pathToFileURL(path).href);
}
