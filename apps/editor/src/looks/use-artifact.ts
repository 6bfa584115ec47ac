// Parts of artifacts, fetched once: an artifact never changes under its digest.
import type { RowsPage } from "@heddle/schema/api";
import type { Manifest } from "@heddle/schema/artifact";
import { useEffect, useState } from "react";
import { api } from "../api/client.ts";

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
  return api.rows(digest, Number(offset), Number(limit));
}

function loadManifest(key: string): Promise<Manifest> {
  return api.manifest(key.slice("manifest ".length));
}

export function fetchRows(digest: string, offset: number, limit: number): Promise<RowsPage> {
  return once(rowsKey(digest, offset, limit), loadRows);
}

export function useRows(digest: string, offset: number, limit: number): Loaded<RowsPage> {
  return useLoaded(rowsKey(digest, offset, limit), loadRows);
}

export function useManifest(digest: string): Loaded<Manifest> {
  return useLoaded(`manifest ${digest}`, loadManifest);
}
