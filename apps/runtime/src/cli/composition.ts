// What only the main file may join: the catalogue of nodes with the runtime. Commands get it as data and load it when they need it.
import type { Catalogue } from "@heddle/schema/node";
import type { NodeModules } from "../engine.ts";

export interface Composition {
  readonly version: string;
  /** Reads every spec (some 50 ms), so that `--help` does not wait for it. */
  load(): Promise<{ catalogue: Catalogue; modules: NodeModules }>;
}
