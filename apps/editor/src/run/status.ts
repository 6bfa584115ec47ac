// The one state a node shows, out of its issues, the forecast and the run.
import type { Explanation } from "@heddle/schema/api";
import type { Issue } from "@heddle/schema/issue";
import type { NodePreview } from "../preview/protocol.ts";
import type { NodeRun } from "./run-store.ts";

export type NodeStatus =
  | { readonly kind: "unknown" | "ready" | "queued" | "cached" | "stopped" }
  | { readonly kind: "issue"; readonly issues: readonly Issue[] }
  | { readonly kind: "running"; readonly progress: NodeRun["progress"] }
  | { readonly kind: "done"; readonly ms: number | undefined }
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "skipped"; readonly because: string | undefined }
  /** Made of a sample, in the tab; `of`: how many rows. */
  | { readonly kind: "preview"; readonly of: number | undefined }
  | { readonly kind: "previewing"; readonly progress: NodeRun["progress"] };

export interface StatusSource {
  /** Of the compiler and, while they still hold, of the server. */
  readonly issues: readonly Issue[];
  /** Only while it explains the document as it is now. */
  readonly explanation: Explanation | undefined;
  readonly run: NodeRun | undefined;
  /** The run is still going. */
  readonly live: boolean;
  /** The node would do the same work as in that run. */
  readonly current: boolean;
  /** Of the node as it is now. */
  readonly preview?: NodePreview | undefined;
}

function ofRun(run: NodeRun): NodeStatus {
  switch (run.state) {
    case "running":
      return { kind: "running", progress: run.progress };
    case "done":
      return { kind: "done", ms: run.ms };
    case "failed":
      return { kind: "failed", error: run.error ?? "the step ended without a word: see its log" };
    case "skipped":
      return { kind: "skipped", because: run.because };
    case "cancelled":
      return { kind: "stopped" };
    case "queued":
    case "cached":
      return { kind: run.state };
    default:
      return run.state satisfies never;
  }
}

export function statusOf({ issues, explanation, run, live, current, preview }: StatusSource): NodeStatus {
  if (run && live) return ofRun(run);
  const errors = issues.filter((issue) => issue.severity === "error");
  if (run && current && run.state !== "queued" && run.state !== "cached") return ofRun(run);
  if (errors.length > 0) return { kind: "issue", issues: errors };
  if (explanation?.state === "cached" || (run && current && run.state === "cached")) return { kind: "cached" };
  if (preview?.state === "ready") return { kind: "preview", of: preview.of };
  if (preview?.state === "running" && preview.progress) return { kind: "previewing", progress: preview.progress };
  if (explanation?.state === "run" || explanation?.state === "waits") return { kind: "ready" };
  return { kind: "unknown" };
}

function progressWords(progress: NodeRun["progress"]): string | undefined {
  if (!progress) return undefined;
  const unit = progress.unit.replace(/s$/, "");
  return progress.total === undefined
    ? `${progress.done.toLocaleString("en")} ${progress.unit}`
    : `${unit} ${progress.done.toLocaleString("en")} of ${progress.total.toLocaleString("en")}`;
}

function previewWords(of: number | undefined): string {
  if (of === undefined) return "preview";
  return `preview · ${of.toLocaleString("en")} ${of === 1 ? "row" : "rows"}`;
}

/** What stands at the right of a node's title. */
export function statusWords(status: NodeStatus, duration: (ms: number) => string): string {
  switch (status.kind) {
    case "unknown":
      return "";
    case "issue":
      return status.issues.length === 1 ? "1 issue" : `${status.issues.length} issues`;
    case "running":
      return progressWords(status.progress) ?? "running";
    case "previewing":
      return `preview · ${progressWords(status.progress) ?? "running"}`;
    case "preview":
      return previewWords(status.of);
    case "done":
      return status.ms === undefined ? "done" : duration(status.ms);
    case "ready":
    case "queued":
    case "cached":
    case "stopped":
    case "failed":
    case "skipped":
      return status.kind;
    default:
      return status satisfies never;
  }
}
