// Which of a node's results says most: a service to talk to, rows with a picture (tokens, vectors, hits, chunks), a report, rows, then files.
import type { ArtifactSummary } from "@heddle/schema/artifact";
import type { RowSchema } from "@heddle/schema/type";

const order = ["endpoint", "pictures", "report", "rows", "index", "model", "adapter", "tokenizer", "files"];

/** Tokens, vectors, hits and chunks have a picture of their own. */
function hasPicture({ columns }: RowSchema): boolean {
  if (["text", "start", "end", "document"].every((name) => columns[name])) return true;
  return Object.values(columns).some((column) => {
    if (column.kind === "tokens" || column.kind === "vector") return true;
    if (column.kind !== "list" || column.item.kind !== "struct") return false;
    const { fields } = column.item;
    return ["id", "score", "text"].every((name) => fields[name]);
  });
}

function rank({ type }: ArtifactSummary): number {
  return order.indexOf(type.kind === "rows" && hasPicture(type.schema) ? "pictures" : type.kind);
}

/** The output port whose result is shown first. */
export function prominentPort(outputs: Readonly<Record<string, ArtifactSummary>>): string | undefined {
  const ranked = Object.entries(outputs).toSorted(([, left], [, right]) => rank(left) - rank(right));
  return ranked[0]?.[0];
}
