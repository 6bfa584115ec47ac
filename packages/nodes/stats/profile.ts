// One column in two passes: range, mean and different values first, then the histogram over that range.
import type { Value } from "@heddle/schema/batch";
import type { ColumnType } from "@heddle/schema/type";

/** Different values are counted up to here; more is "over". */
const distinctLimit = 10_000;

const measures: Readonly<Partial<Record<ColumnType["kind"], string>>> = {
  int: "value",
  float: "value",
  time: "value",
  string: "characters",
  list: "items",
  tokens: "tokens",
  bytes: "bytes",
  image: "bytes",
  vector: "length",
};

export interface Bar {
  readonly label: string;
  readonly value: number;
}

export class ColumnProfile {
  readonly name: string;
  readonly type: ColumnType;
  /** What is measured of a cell; undefined where nothing is: bool, struct, json. */
  readonly measure: string | undefined;
  rows = 0;
  nulls = 0;
  min = Infinity;
  max = -Infinity;
  mean = 0;
  private measured = 0;
  private squares = 0;
  /** How often each value comes, while there are few enough. */
  private counts: Map<string, number> | undefined;
  private bins: number[] = [];

  constructor(name: string, type: ColumnType) {
    this.name = name;
    this.type = type;
    this.measure = measures[type.kind];
    const counted = ["string", "int", "float", "bool"].includes(type.kind);
    this.counts = counted ? new Map() : undefined;
  }

  add(value: Value): void {
    this.rows++;
    if (value === null) {
      this.nulls++;
      return;
    }
    this.count(value);
    const size = this.measureOf(value);
    if (!Number.isFinite(size)) return;
    this.min = Math.min(this.min, size);
    this.max = Math.max(this.max, size);
    // Welford (1962): mean and squared distances in one pass.
    const distance = size - this.mean;
    this.mean += distance / ++this.measured;
    this.squares += distance * (size - this.mean);
  }

  private count(value: Value): void {
    if (!this.counts || typeof value === "object") return;
    const key = String(value);
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    if (this.counts.size > distinctLimit) this.counts = undefined;
  }

  /** NaN where there is nothing to measure. */
  private measureOf(value: Value): number {
    if (typeof value === "number" || typeof value === "bigint") return Number(value);
    if (typeof value === "string") return value.length;
    if (value instanceof Date) return value.getTime();
    if (value instanceof Float32Array && this.type.kind === "vector") return Math.hypot(...value);
    if (value instanceof Uint8Array || value instanceof Int32Array) return value.length;
    return Array.isArray(value) ? value.length : NaN;
  }

  get deviation(): number {
    return this.measured < 2 ? 0 : Math.sqrt(this.squares / (this.measured - 1));
  }

  get hasMeasure(): boolean {
    return this.measure !== undefined && this.measured > 0;
  }

  /** Undefined where they are not counted or too many. */
  get distinct(): number | undefined {
    return this.counts?.size;
  }

  /** In the second pass. */
  addToHistogram(value: Value, bins: number): void {
    if (this.bins.length === 0) this.bins = Array.from({ length: this.max > this.min ? bins : 1 }, () => 0);
    const size = value === null ? NaN : this.measureOf(value);
    if (!Number.isFinite(size)) return;
    const width = (this.max - this.min) / this.bins.length;
    const bin = width === 0 ? 0 : Math.min(this.bins.length - 1, Math.floor((size - this.min) / width));
    this.bins[bin]!++;
  }

  /** Bars by value where there are few, most frequent first. */
  byValue(most: number): Bar[] | undefined {
    const isNamed = this.type.kind === "bool" || this.type.kind === "string";
    if (!isNamed || !this.counts || this.counts.size === 0 || this.counts.size > most) return undefined;
    const sorted = Array.from(this.counts).sort(([, a], [, b]) => b - a);
    return sorted.map(([label, value]) => ({ label: label.length > 40 ? `${label.slice(0, 39)}…` : label, value }));
  }

  /** Bins of equal width over the range; one single value has a bin of its own, without width. */
  histogram(): { edges: number[]; counts: number[] } {
    const width = (this.max - this.min) / this.bins.length;
    const edges = this.bins.map((_, i) => this.min + i * width);
    return { edges: [...edges, this.max], counts: [...this.bins] };
  }

  /** A measure in few digits; times as dates. */
  print(value: number): string {
    if (this.type.kind === "time") return new Date(value).toISOString().slice(0, 16).replace("T", " ");
    return String(Number(value.toPrecision(4)));
  }
}
