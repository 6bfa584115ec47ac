// Two addresses: / is the gallery, /g/<id> a graph.
import { useSyncExternalStore } from "react";

export type Route = { readonly page: "gallery" } | { readonly page: "graph"; readonly id: string };

const listeners = new Set<() => void>();
window.addEventListener("popstate", () => listeners.forEach((listener) => listener()));

export function navigate(path: string): void {
  history.pushState(null, "", path);
  listeners.forEach((listener) => listener());
}

export function graphPath(id: string): string {
  return `/g/${encodeURIComponent(id)}`;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useRoute(): Route {
  const path = useSyncExternalStore(subscribe, () => location.pathname);
  const id = /^\/g\/([^/]+)$/.exec(path)?.[1];
  return id === undefined ? { page: "gallery" } : { page: "graph", id: decodeURIComponent(id) };
}
