// The plan: the typed DAG that compile makes of a graph; plain, printable data.
import type { Determinism } from "./node.ts";
import type { PortType } from "./type.ts";

export interface PlanStep {
  readonly node: string;
  readonly type: string;
  /** Parsed, with defaults filled in. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Input port → the outputs it takes, in order. */
  readonly inputs: Readonly<Record<string, readonly { node: string; port: string }[]>>;
  readonly inputTypes: Readonly<Record<string, PortType>>;
  readonly outputs: Readonly<Record<string, PortType>>;
  readonly shape: "map" | "whole" | "service";
  readonly determinism: Determinism;
}

/** Steps in an order in which every input comes before its use; ties by document order. */
export interface Plan {
  readonly steps: readonly PlanStep[];
}
