// What a group is reduced to: `count`, or a function of a column. Empty cells do not take part; a function of none is empty.
import type { Value } from "@heddle/schema/batch";
import { compareCells } from "@heddle/schema/cell-key";
import { didYouMean } from "@heddle/schema/nearest";
import type { ColumnType } from "@heddle/schema/type";

export interface Accumulator {
  add(value: Value): void;
  result(): Value;
}

interface Aggregate {
  /** The result's type by the column's; undefined where the column does not fit. */
  type(column: ColumnType): ColumnType | undefined;
  start(column: ColumnType): Accumulator;
}

const numeric = (type: ColumnType) => type.kind === "int" || type.kind === "float" || type.kind === "unknown";
const ordered = (type: ColumnType) =>
  !["list", "struct", "json", "vector", "tokens", "bytes", "image"].includes(type.kind);

/** Neumaier's sum (1974): small numbers are not lost beside large ones. `exact`: whole numbers are summed as bigint too. */
function sums(exact: boolean): { add(value: Value): void; float(): number; whole: () => bigint; count: () => number } {
  let [sum, lost, whole, count] = [0, 0, 0n, 0];
  return {
    add(value) {
      if (typeof value !== "number" && typeof value !== "bigint") return;
      count++;
      if (exact) whole += BigInt(value);
      const one = Number(value);
      const next = sum + one;
      lost += Math.abs(sum) >= Math.abs(one) ? sum - next + one : one - next + sum;
      sum = next;
    },
    // An infinite sum has lost nothing that can be told.
    float: () => (Number.isFinite(lost) ? sum + lost : sum),
    whole: () => whole,
    count: () => count,
  };
}

function extreme(sign: 1 | -1): Aggregate {
  return {
    type: (column) => (ordered(column) ? column : undefined),
    start() {
      let best: Value = null;
      return {
        add(value) {
          if (best === null || sign * compareCells(value, best) < 0) best = value;
        },
        result: () => best,
      };
    },
  };
}

const functions: Readonly<Record<string, Aggregate>> = {
  count: {
    type: () => ({ kind: "int" }),
    start() {
      let count = 0;
      return { add: () => void count++, result: () => count };
    },
  },
  sum: {
    type: (column) => (numeric(column) ? { kind: column.kind === "int" ? "int" : "float" } : undefined),
    start(column) {
      const isWhole = column.kind === "int";
      const { add, float, whole, count } = sums(isWhole);
      const exact = () => (Number.isSafeInteger(Number(whole())) ? Number(whole()) : whole());
      return { add, result: () => (count() === 0 ? null : isWhole ? exact() : float()) };
    },
  },
  mean: {
    type: (column) => (numeric(column) ? { kind: "float" } : undefined),
    start() {
      const { add, float, count } = sums(false);
      return { add, result: () => (count() === 0 ? null : float() / count()) };
    },
  },
  min: extreme(1),
  max: extreme(-1),
  list: {
    type: (column) => ({ kind: "list", item: column }),
    start() {
      const items: Value[] = [];
      return { add: (value) => void items.push(value), result: () => items };
    },
  },
};

export interface Chosen {
  /** Undefined: the rows themselves are counted. */
  readonly column: string | undefined;
  readonly type: ColumnType;
  start(): Accumulator;
}

/** What `mean(score)` says over these columns, or one sentence on what is wrong. A column that an open schema may yet have is unknown. */
export function parseAggregate(
  text: string,
  columns: Readonly<Record<string, ColumnType>>,
  open: boolean,
): Chosen | { readonly fault: string } {
  const [, name = "", column] = /^\s*(\w+)\s*(?:\(\s*(.*?)\s*\))?\s*$/.exec(text) ?? [];
  const names = Object.keys(functions);
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!found) {
    const hint = didYouMean(name, names) || `; write one of ${names.join(", ")}, as in mean(score)`;
    return { fault: `there is no function ${JSON.stringify(name || text)}${hint}` };
  }
  if (!column) {
    if (name !== "count") return { fault: `${name} of what? write ${name}(column)` };
    return { column: undefined, type: { kind: "int" }, start: () => found.start({ kind: "unknown" }) };
  }
  const of = Object.hasOwn(columns, column) ? columns[column]! : undefined;
  if (!of && !open) {
    const hint = didYouMean(column, Object.keys(columns)) || `; there are ${Object.keys(columns).join(", ")}`;
    return { fault: `there is no column "${column}"${hint}` };
  }
  const known = of ?? { kind: "unknown" };
  const type = found.type(known);
  if (!type) return { fault: `${name} does not work on ${column}, which is ${known.kind}` };
  return { column, type: of ? type : { kind: "unknown" }, start: () => found.start(known) };
}
