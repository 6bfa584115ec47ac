import { namedIn, unknownColumns } from "@heddle/schema/named-columns";
import { defineNode } from "@heddle/schema/node";
import { rowsType, type PortType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  method: z
    .enum(["exact", "minhash"])
    .default("minhash")
    .describe("Rows whose cells are the same, or texts that share most of their n-grams (MinHash with LSH).")
    .meta({ label: "Method" }),
  column: z.string().min(1).default("text").describe("MinHash: the column that is compared.").meta({ label: "Column" }),
  columns: z
    .array(z.string())
    .default([])
    .describe("Exact: the columns that make two rows the same. Empty: all.")
    .meta({ label: "Same in columns" }),
  threshold: z
    .number()
    .min(0.05)
    .max(1)
    .default(0.8)
    .describe("Texts are duplicates from this Jaccard similarity of their n-grams on; every pair is verified.")
    .meta({ label: "Similarity" }),
  ngram: z.int().min(1).max(64).default(5).describe("Length of an n-gram.").meta({ label: "N-gram", group: "MinHash" }),
  unit: z
    .enum(["words", "characters"])
    .default("words")
    .describe("What n-grams are made of. Words are lower-cased; punctuation does not count.")
    .meta({ label: "Of", group: "MinHash" }),
  permutations: z
    .int()
    .min(1)
    .max(1024)
    .default(128)
    .describe("Hash functions of a signature: more find pairs near the threshold more surely, and take longer.")
    .meta({ label: "Permutations", group: "MinHash", advanced: true }),
  bands: z
    .int()
    .min(0)
    .max(1024)
    .default(0)
    .describe(
      "Bands the signature is cut into. 0: as few as still catch a pair at the threshold with a probability of 0.99.",
    )
    .meta({ label: "Bands", group: "MinHash", advanced: true }),
  seed: z
    .int()
    .min(0)
    .default(1)
    .describe("Seed of the hash functions.")
    .meta({ label: "Seed", group: "MinHash", advanced: true }),
});
export type Params = z.infer<typeof params>;

/** A duplicate with the row that stays (`duplicate_of`), the row it was found equal to, and how similar those two are. */
export function duplicatesSchema({ columns, open }: RowSchema): RowSchema {
  const added = { duplicate_of: { kind: "int" }, matches: { kind: "int" }, similarity: { kind: "float" } } as const;
  return { columns: { ...columns, ...added }, open };
}

export const spec = defineNode({
  title: "Deduplicate",
  summary: "Keeps the first of rows that are the same or nearly so; the others come out below.",
  category: "Data",
  keywords: ["duplicates", "minhash", "lsh", "near duplicate", "jaccard", "unique", "distinct"],
  params,
  inputs: { rows: { summary: "the rows to look through", accepts: () => rowsType({}, true) } },
  outputs: {
    rows: { summary: "rows that stay, in their order", type: rowsType({}, true) },
    duplicates: {
      summary: "the others, with the number of the row that stays, of the row they match, and the similarity",
      type: rowsType({}, true),
    },
    report: { summary: "counts and the largest clusters", type: { kind: "report" } },
  },
  shape: "whole",
  determinism: "seeded",
  infer({ params: chosen, inputs: { rows } }) {
    if (rows?.kind !== "rows") return { outputs: {} };
    const { method, column, columns, bands, permutations } = chosen;
    const named = method === "exact" ? namedIn("columns", columns) : [{ param: "column", name: column }];
    const issues = unknownColumns(rows.schema, named);
    const message = `bands: ${bands} bands need as many permutations at least, there are ${permutations}`;
    if (bands > permutations) issues.push({ code: "too-many-bands", param: "bands", message });
    const duplicates: PortType = { kind: "rows", schema: duplicatesSchema(rows.schema) };
    return { outputs: { rows, duplicates, report: { kind: "report" } }, issues };
  },
});
