// Which of a node's results says most: a service to talk to, tokens to look at, a report, rows, then files.
import type { ArtifactSummary } from "@heddle/schema/artifact";

const order = ["endpoint", "tokens", "report", "rows", "index", "model", "adapter", "tokenizer", "files"];

function rank({ type }: ArtifactSummary): number {
  const tokens = type.kind === "rows" && Object.values(type.schema.columns).some((column) => column.kind === "tokens");
  return order.indexOf(tokens ? "tokens" : type.kind);
}

/** The output port whose result is shown first. */
export function prominentPort(outputs: Readonly<Record<string, ArtifactSummary>>): string | undefined {
  const ranked = Object.entries(outputs).toSorted(([, left], [, right]) => rank(left) - rank(right));
  return ranked[0]?.[0];
}
