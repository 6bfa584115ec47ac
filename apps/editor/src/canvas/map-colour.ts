import type { Session } from "../session.ts";

/** A node's colour in the overview: what needs the user first. */
export function mapColour(session: Session, id: string): string {
  const run = session.run.getState().nodes[id];
  const issues = session.compiled.getState().byNode.get(id) ?? [];
  if (run?.state === "failed" || issues.some((issue) => issue.severity === "error")) return "var(--error)";
  if (run?.state === "running" || session.document.getState().selected.has(id)) return "var(--accent)";
  return "var(--line-2)";
}
