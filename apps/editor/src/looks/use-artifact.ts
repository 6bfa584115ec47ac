// Parts of artifacts, fetched once: an artifact never changes under its digest.
import type { RowsPage } from "@heddle/schema/api";
import type { Manifest } from "@heddle/schema/artifact";
import { useEffect, useState } from "react";
import { api } from "../api/client.ts";
import { previewPage, previewReport } from "../preview/previews.ts";
import { previewDigest } from "../preview/protocol.ts";

const kept = 400;
const fetched = new Map<string, Promise<unknown>>();

function once<T>(key: string, load: (key: string) => Promise<T>): Promise<T> {
  const known = fetched.get(key) as Promise<T> | undefined;
  if (known) return known;
  const loading = load(key);
  fetched.set(key, loading);
  // A failed fetch is tried again by the next that asks.
  loading.catch(() => fetched.delete(key));
  const oldest = fetched.keys().next().value;
  if (fetched.size > kept && oldest !== undefined) fetched.delete(oldest);
  return loading;
}

export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly value: T }
  | { readonly state: "failed"; readonly message: string };

/** What `load` makes of a key. `load` is a function of the module, the same on every render. */
function useLoaded<T>(key: string | undefined, load: (key: string) => Promise<T>): Loaded<T> {
  const [result, setResult] = useState<{ key: string | undefined; loaded: Loaded<T> }>({
    key: undefined,
    loaded: { state: "loading" },
  });
  useEffect(() => {
    if (key === undefined) return;
    let left = false;
    const settle = (loaded: Loaded<T>) => {
      if (!left) setResult({ key, loaded });
    };
    once(key, load).then(
      (value) => settle({ state: "ready", value }),
      (cause: Error) => settle({ state: "failed", message: cause.message }),
    );
    return () => {
      left = true;
    };
  }, [key, load]);
  return result.key === key ? result.loaded : { state: "loading" };
}

function rowsKey(digest: string, offset: number, limit: number): string {
  return `rows ${digest} ${offset} ${limit}`;
}

function loadRows(key: string): Promise<RowsPage> {
  const [, digest = "", offset, limit] = key.split(" ");
  return digest.startsWith(previewDigest)
    ? previewPage(digest, Number(offset), Number(limit))
    : api.rows(digest, Number(offset), Number(limit));
}

async function loadManifest(key: string): Promise<Manifest> {
  const digest = key.slice("manifest ".length);
  if (!digest.startsWith(previewDigest)) return api.manifest(digest);
  return { type: { kind: "report" }, report: await previewReport(digest) };
}

export function fetchRows(digest: string, offset: number, limit: number): Promise<RowsPage> {
  return once(rowsKey(digest, offset, limit), loadRows);
}

export function useRows(digest: string, offset: number, limit: number): Loaded<RowsPage> {
  return useLoaded(rowsKey(digest, offset, limit), loadRows);
}

/** The newest first rows that are here, and whose they are: the last ones stay until the next have come. */
export function useNewestRows(digest: string, limit: number): { digest: string; page: Loaded<RowsPage> } {
  const page = useRows(digest, 0, limit);
  const [last, setLast] = useState({ digest, page });
  if (page.state === "loading" || (last.digest === digest && last.page === page)) return last;
  const newest = { digest, page };
  setLast(newest);
  return newest;
}

/** Rows at once in a request for some columns of many rows. */
const wide = 1000;

/** What is in the store has a digest of 64 digits; a preview's rows come in whole pages, and are few. */
function isStored(digest: string): boolean {
  return /^[0-9a-f]{64}$/.test(digest);
}

async function loadColumns(key: string): Promise<RowsPage["rows"]> {
  const [, digest = "", total, columns = ""] = key.split(" ");
  const wanted = columns.split(",").map(Number);
  if (!isStored(digest)) {
    const { rows } = await fetchRows(digest, 0, Number(total));
    return rows.map((row) => wanted.map((at) => row[at] ?? null));
  }
  const starts = Array.from({ length: Math.ceil(Number(total) / wide) }, (_, page) => page * wide);
  const pages = await Promise.all(
    starts.map((start) => api.rows(digest, start, Math.min(wide, Number(total) - start), wanted)),
  );
  return pages.flatMap(({ rows }) => rows);
}

/** The cells of some columns, by their place, of the first `total` rows; undefined until they are here. */
export function useColumns(digest: string, columns: readonly number[], total: number): RowsPage["rows"] | undefined {
  const loaded = useLoaded(
    columns.length > 0 ? `columns ${digest} ${total} ${columns.join(",")}` : undefined,
    loadColumns,
  );
  return loaded.state === "ready" ? loaded.value : undefined;
}

export interface Vectors {
  /** One after another. */
  readonly vectors: Float32Array;
  readonly size: number;
}

async function loadVectors(key: string): Promise<Vectors> {
  const [, digest = "", column, count] = key.split(" ");
  if (isStored(digest)) {
    const vectors = await api.vectors(digest, Number(column), Number(count));
    return { vectors, size: vectors.length / Math.max(1, Number(count)) };
  }
  const { rows } = await fetchRows(digest, 0, Number(count));
  const cells = rows.map((row) => {
    const cell = row[Number(column)];
    return Array.isArray(cell) ? cell.map(Number) : [];
  });
  const size = Math.max(0, ...cells.map((cell) => cell.length));
  const vectors = new Float32Array(cells.length * size).fill(NaN);
  cells.forEach((cell, row) => vectors.set(cell, row * size));
  return { vectors, size };
}

/** The first `count` values of a vector column; there must be as many rows. */
export function useVectors(digest: string, column: number, count: number): Loaded<Vectors> {
  return useLoaded(`vectors ${digest} ${column} ${count}`, loadVectors);
}

export function useManifest(digest: string): Loaded<Manifest> {
  return useLoaded(`manifest ${digest}`, loadManifest);
}
