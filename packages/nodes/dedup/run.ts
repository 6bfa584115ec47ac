import type { Batch, RowsInput } from "@heddle/schema/batch";
import { keyOf } from "@heddle/schema/cell-key";
import { applyOutput, columnOf } from "@heddle/schema/column";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import type { Report } from "@heddle/schema/report";
import { hashText } from "@heddle/schema/text-hash";
import { Clusters } from "./clusters.ts";
import { NearDuplicates } from "./near.ts";
import { duplicatesSchema, type Params } from "./spec.ts";

export const run: WholeRun<Params> = async (context) => {
  const { params, rows, outReport, log } = context;
  const input = rows("rows");
  const clusters = new Clusters();
  const near = params.method === "minhash" ? new NearDuplicates(clusters, params) : undefined;
  const columns = near ? [params.column] : params.columns.length > 0 ? params.columns : undefined;
  await findClusters(context, input, clusters, columns, near);
  if (near) log(`${near.bands} bands of ${near.rows} permutations; ${near.candidates} pairs were verified`);
  const samples = await writeRows(context, input, clusters, columns?.[0]);
  outReport("report", reportOf(clusters, near, samples));
};

async function findClusters(
  { signal, progress }: RunContext<Params>,
  input: RowsInput,
  clusters: Clusters,
  columns: readonly string[] | undefined,
  near: NearDuplicates | undefined,
): Promise<void> {
  const seen = new Map<string, number>();
  for await (const batch of input.batches(columns && { columns })) {
    signal.throwIfAborted();
    const names = columns ?? Object.keys(input.schema.columns);
    const compared = names.map((name) => batch.columns[name]!);
    for (let i = 0; i < batch.length; i++) {
      const row = clusters.add();
      const value = compared[0]?.at(i);
      // A row without a text has nothing to compare.
      if (near && value === null) continue;
      const cells = near && typeof value === "string" ? value : keyOf(compared, i);
      const same = fingerprint(cells);
      const earlier = seen.get(same);
      if (earlier !== undefined) clusters.join(row, earlier, 1);
      else {
        seen.set(same, row);
        near?.add(row, cells);
      }
    }
    progress(clusters.length, input.count * 2, "rows");
  }
}

/** Short texts as they are, others by 106 bits of hash and their length. */
function fingerprint(cells: string): string {
  return cells.length <= 24 ? cells : `${hashText(cells)} ${hashText(cells, 1)} ${cells.length}`;
}

/** Sends every row where it belongs; gives the start of what the largest clusters are about, by first row. */
async function writeRows(
  { outRows, signal, progress }: RunContext<Params>,
  input: RowsInput,
  clusters: Clusters,
  shown: string | undefined,
): Promise<Map<number, string>> {
  const kept = outRows("rows", input.schema);
  const duplicates = outRows("duplicates", duplicatesSchema(input.schema));
  const wanted = new Set(largest(clusters).map(([first]) => first));
  const samples = new Map<number, string>();
  let first = 0;
  for await (const batch of input.batches()) {
    signal.throwIfAborted();
    const [stays, goes]: [number[], number[]] = [[], []];
    for (let i = 0; i < batch.length; i++) {
      const row = first + i;
      (clusters.first(row) === row ? stays : goes).push(i);
      const column = shown === undefined ? undefined : batch.columns[shown];
      if (wanted.has(row) && column) samples.set(row, excerpt(column.at(i)));
    }
    if (stays.length > 0) await kept.write(applyOutput(batch, { take: Uint32Array.from(stays) }));
    if (goes.length > 0) await duplicates.write(withMatches(batch, goes, first, clusters));
    first += batch.length;
    progress(clusters.length + first, input.count * 2, "rows");
  }
  return samples;
}

function withMatches(batch: Batch, goes: readonly number[], first: number, clusters: Clusters): Batch {
  const matches = goes.map((i) => clusters.match(first + i)!);
  const set = {
    duplicate_of: columnOf(
      { kind: "int" },
      goes.map((i) => clusters.first(first + i)),
    ),
    matches: columnOf(
      { kind: "int" },
      matches.map(({ row }) => row),
    ),
    similarity: columnOf(
      { kind: "float" },
      matches.map(({ similarity }) => similarity),
    ),
  };
  return applyOutput(batch, { take: Uint32Array.from(goes), set });
}

function excerpt(value: unknown): string {
  const text = (typeof value === "string" ? value : (JSON.stringify(value) ?? "")).replaceAll(/\s+/g, " ").trim();
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function largest(clusters: Clusters): [first: number, size: number][] {
  return clusters.sizes().slice(0, 10);
}

function reportOf(clusters: Clusters, near: NearDuplicates | undefined, samples: Map<number, string>): Report {
  const sizes = clusters.sizes();
  const duplicates = sizes.reduce((sum, [, size]) => sum + size - 1, 0);
  const rows = clusters.length;
  const values = { rows, kept: rows - duplicates, duplicates, clusters: sizes.length, largest: sizes[0]?.[1] ?? 0 };
  const share = rows === 0 ? 0 : (duplicates / rows) * 100;
  const bins = [2, 3, 4, 6, 11, 101, Infinity];
  const names = ["2 rows", "3", "4 and 5", "6 to 10", "11 to 100", "more"];
  const counts = names.map((label, i) => ({
    label,
    value: sizes.filter(([, size]) => size >= bins[i]! && size < bins[i + 1]!).length,
  }));
  return {
    title: "Duplicates",
    values: { ...values, ...(near && { bands: near.bands, verified: near.candidates }) },
    blocks: [
      {
        kind: "figures",
        items: [
          { label: "rows", value: rows },
          { label: "kept", value: values.kept },
          { label: "duplicates", value: duplicates, note: `${share.toFixed(1)} %` },
          { label: "clusters", value: sizes.length },
        ],
      },
      { kind: "bars", title: "Clusters by size", unit: "clusters", items: counts },
      {
        kind: "table",
        title: "Largest clusters",
        columns: [{ name: "first row" }, { name: "rows" }, { name: "starts with" }],
        rows: largest(clusters).map(([first, size]) => [first, size, samples.get(first) ?? ""]),
      },
    ],
  };
}
