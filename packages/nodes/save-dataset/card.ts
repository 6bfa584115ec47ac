// The README.md of a dataset on the Hugging Face Hub: YAML that `datasets` reads (features, splits, which files), then text for people.
import { printColumn } from "@heddle/schema/print";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import type { Params } from "./spec.ts";

export interface Split {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
}

export function datasetCard(
  { name, description, license }: Params,
  schema: RowSchema,
  splits: readonly Split[],
): string {
  const rows = splits.reduce((sum, split) => sum + split.rows, 0);
  const bytes = splits.reduce((sum, split) => sum + split.bytes, 0);
  const yaml = [
    ...(license === "" ? [] : [`license: ${text(license)}`]),
    ...(name === "" ? [] : [`pretty_name: ${text(name)}`]),
    "size_categories:",
    `- ${sizeCategory(rows)}`,
    "configs:",
    "- config_name: default",
    "  data_files:",
    ...splits.flatMap((split) => [`  - split: ${split.name}`, `    path: data/${split.name}-*`]),
    "dataset_info:",
    "  features:",
    ...Object.entries(schema.columns).flatMap(([column, type]) => feature(column, type, "  ")),
    "  splits:",
    ...splits.flatMap((split) => [
      `  - name: ${split.name}`,
      `    num_bytes: ${split.bytes}`,
      `    num_examples: ${split.rows}`,
    ]),
    `  download_size: ${bytes}`,
    `  dataset_size: ${bytes}`,
  ];
  const columns = Object.entries(schema.columns).map(
    ([column, type]) => `| ${escaped(column)} | ${escaped(printColumn(type))} |`,
  );
  const counts = splits.map((split) => `| ${split.name} | ${split.rows} |`);
  return [
    `---\n${yaml.join("\n")}\n---`,
    `# ${name === "" ? "Dataset" : name}`,
    ...(description === "" ? [] : [description]),
    ["| split | rows |", "| --- | --- |", ...counts].join("\n"),
    ["| column | type |", "| --- | --- |", ...columns].join("\n"),
    "Made with Heddle.\n",
  ].join("\n\n");
}

/** A JSON string is a YAML string. */
function text(value: string): string {
  return JSON.stringify(value);
}

function escaped(value: string): string {
  return value.replaceAll("|", "\\|").replaceAll("\n", " ");
}

const dtypes: Readonly<Partial<Record<ColumnType["kind"], string>>> = {
  int: "int64",
  float: "float64",
  bool: "bool",
  bytes: "binary",
  image: "image",
  time: "timestamp[ms, tz=UTC]",
};

/** Lines of a feature: its name, and its type in the words of `datasets`. */
function feature(name: string, type: ColumnType, indent: string): string[] {
  return [`${indent}- name: ${text(name)}`, ...typeLines(type, `${indent}  `)];
}

function typeLines(type: ColumnType, indent: string): string[] {
  if (type.kind === "struct" && Object.keys(type.fields).length > 0) {
    return [`${indent}struct:`, ...Object.entries(type.fields).flatMap(([field, t]) => feature(field, t, indent))];
  }
  const item = itemOf(type);
  if (!item) return [`${indent}dtype: ${text(dtypes[type.kind] ?? "string")}`];
  if (item.kind === "struct" && Object.keys(item.fields).length > 0) {
    return [`${indent}list:`, ...Object.entries(item.fields).flatMap(([field, t]) => feature(field, t, indent))];
  }
  if (typeof item.kind === "string" && !itemOf(item))
    return [`${indent}list: ${text(item.dtype ?? dtypes[item.kind] ?? "string")}`];
  return [`${indent}list:`, ...typeLines(item, `${indent}  `)];
}

type Item = ColumnType & { readonly dtype?: string };

function itemOf(type: ColumnType): Item | undefined {
  if (type.kind === "tokens") return { kind: "int", dtype: "int32" };
  if (type.kind === "vector") return { kind: "float", dtype: "float32" };
  return type.kind === "list" ? type.item : undefined;
}

/** The Hub's classes. */
function sizeCategory(rows: number): string {
  const names = ["n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B"];
  return names[Math.max(0, String(rows).length - 3)] ?? "n>1T";
}
