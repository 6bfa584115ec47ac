// Parts of artifacts, fetched once: an artifact never changes under its digest.
import type { RowsPage } from "@heddle/schema/api";
import type { Manifest } from "@heddle/schema/artifact";
import { useEffect, useState } from "react";
import { api } from "../api/client.ts";

const kept = 400;
const fetched = new Map<string, Promise<unknown>>();

function once<T>(key: string, load: () => Promise<T>): Promise<T> {
  const known = fetched.get(key) as Promise<T> | undefined;
  if (known) return known;
  const loading = load();
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

function useLoaded<T>(key: string | undefined, load: () => Promise<T>): Loaded<T> {
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
    // `load` is made anew on every render and says the same as `key`.
    // eslint-disable-next-line react/exhaustive-deps
  }, [key]);
  return result.key === key ? result.loaded : { state: "loading" };
}

export function fetchRows(digest: string, offset: number, limit: number): Promise<RowsPage> {
  return once(`rows ${digest} ${offset} ${limit}`, () => api.rows(digest, offset, limit));
}

export function useRows(digest: string | undefined, offset: number, limit: number): Loaded<RowsPage> {
  const key = digest === undefined ? undefined : `rows ${digest} ${offset} ${limit}`;
  return useLoaded(key, () => api.rows(digest ?? "", offset, limit));
}

export function useManifest(digest: string | undefined): Loaded<Manifest> {
  return useLoaded(digest === undefined ? undefined : `manifest ${digest}`, () => api.manifest(digest ?? ""));
}
