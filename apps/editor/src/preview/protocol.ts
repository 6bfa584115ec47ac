// What the page and the preview worker say to each other.
import type { RowsPage } from "@heddle/schema/api";
import type { ArtifactSummary } from "@heddle/schema/artifact";
import type { Facts } from "@heddle/schema/compile";
import type { Graph } from "@heddle/schema/graph";
import type { Report } from "@heddle/schema/report";
import type { NodeRun } from "../run/run-store.ts";

export type ToWorker =
  /** The graph that is open, by its id on the server. */
  | { readonly kind: "open"; readonly id: string }
  /** The document as it is now. Equal signatures mean equal work: a node's state is shown while its signature is this one. */
  | {
      readonly kind: "graph";
      readonly turn: number;
      readonly graph: Graph;
      readonly facts: Facts;
      readonly signatures: Readonly<Record<string, number>>;
    }
  /** The server has the document as it is now, and may have new outcomes. */
  | { readonly kind: "saved" }
  | { readonly kind: "ask" | "leave"; readonly node: string }
  | {
      readonly kind: "rows";
      readonly question: number;
      readonly digest: string;
      readonly offset: number;
      readonly limit: number;
    }
  | { readonly kind: "report"; readonly question: number; readonly digest: string };

export type FromWorker =
  | { readonly kind: "heard"; readonly turn: number }
  | { readonly kind: "nodes"; readonly nodes: Readonly<Record<string, NodePreview>> }
  | { readonly kind: "answer"; readonly question: number; readonly value: RowsPage | Report | undefined };

/** What a node shows of its preview. */
export interface NodePreview extends Pick<NodeRun, "progress" | "metrics" | "log" | "preview"> {
  readonly signature: number | undefined;
  readonly state: "running" | "ready" | "failed" | "asked" | "none";
  /** Digests begin with `previewDigest`: these artifacts are in the worker's memory, not in the store. */
  readonly outputs: Readonly<Record<string, ArtifactSummary>>;
  /** Rows of the sources that it was made of. */
  readonly of?: number | undefined;
  /** Why it failed, or why there is nothing. */
  readonly sentence?: string | undefined;
}

export const previewDigest = "preview-";

/** Rows taken of a source. */
export const previewRows = 200;
