// The models of tiny-models.py and what sentence-transformers makes of them; for tests.
import { readFileSync } from "node:fs";
import { memorySource, type FileSource } from "@heddle/onnx/file-source";
import { z } from "zod";

const files = z.record(z.string(), z.string());
const vectors = z.array(z.array(z.number()));
const encoder = z.object({ files, golden: z.object({ query: vectors, document: vectors, first_four: vectors }) });
const models = z.object({
  texts: z.array(z.string()),
  cross_encoder: z.object({
    files,
    golden: z.object({ pairs: z.array(z.tuple([z.string(), z.string()])), scores: z.array(z.number()) }),
  }),
  mean: encoder,
  cls_dense: encoder,
});

export const tinyModels = models.parse(JSON.parse(readFileSync(new URL("tiny-models.json", import.meta.url), "utf8")));

/** A model's folder, with files in place of its own and only those of `keep` where given. */
export function tinyFolder(
  name: "cross_encoder" | "mean" | "cls_dense",
  instead: Readonly<Record<string, Uint8Array>> = {},
  keep?: readonly string[],
): FileSource {
  const own = Object.entries(tinyModels[name].files).filter(([path]) => keep === undefined || keep.includes(path));
  const bytes = own.map(([path, content]) => [
    path,
    content.startsWith("base64:") ? Uint8Array.fromBase64(content.slice(7)) : new TextEncoder().encode(content),
  ]);
  return memorySource({ ...Object.fromEntries(bytes), ...instead });
}

/** The largest difference of two tables of the same shape; infinite where the shapes differ. */
export function worstDifference(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  if (a.length !== b.length) return Infinity;
  const rows = a.map((row, i) => {
    const other = b[i] ?? [];
    if (row.length !== other.length) return Infinity;
    return Array.from(row, (value, k) => Math.abs(value - (other[k] ?? Infinity))).reduce((x, y) => Math.max(x, y), 0);
  });
  return Math.max(...rows);
}
