// What belongs to the window and not to a document: theme, open panels, the message shown, the dialog shown.
import { createStore } from "zustand/vanilla";
import type { PortAddress } from "./document/edges.ts";

export type Theme = "system" | "light" | "dark";

export interface Notice {
  readonly text: string;
  /** Screen position; absent: at the bottom of the canvas. */
  readonly at?: { readonly x: number; readonly y: number };
  readonly key: number;
}

/** The menu of what an edge can go to: opened by dropping an edge on empty space or from the keyboard. */
export interface FitRequest {
  readonly port: PortAddress;
  readonly side: "output" | "input";
  /** Where the menu opens, on the screen. */
  readonly screen: { readonly x: number; readonly y: number };
  /** Where a new node goes, on the canvas. */
  readonly canvas: { readonly x: number; readonly y: number };
  /** Offer the ports already on the canvas too. */
  readonly existing: boolean;
}

export interface InterfaceState {
  readonly theme: Theme;
  readonly palette: boolean;
  readonly inspector: boolean;
  readonly panel: boolean;
  /** Results on samples, computed in the tab. */
  readonly previews: boolean;
  readonly panelHeight: number;
  readonly dialog: "shortcuts" | undefined;
  readonly notice: Notice | undefined;
  readonly fit: FitRequest | undefined;
  /** The note on the canvas whose text is being written. */
  readonly writing: string | undefined;
  /** The view is on its way to show everything. */
  readonly fitting: boolean;
  readonly tip: { readonly port: PortAddress; readonly side: "output" | "input"; readonly box: DOMRect } | undefined;
}

const storageKey = "heddle-interface";
const kept = ["previews", "theme", "palette", "inspector", "panel", "panelHeight"] as const;

function remembered(): Partial<InterfaceState> {
  const text = globalThis.localStorage?.getItem(storageKey);
  return text ? JSON.parse(text) : {};
}

export const interfaceStore = createStore<InterfaceState>(() => ({
  theme: "system",
  palette: true,
  inspector: true,
  panel: true,
  previews: true,
  panelHeight: 212,
  ...remembered(),
  dialog: undefined,
  notice: undefined,
  fit: undefined,
  writing: undefined,
  fitting: false,
  tip: undefined,
}));

interfaceStore.subscribe((state, before) => {
  if (kept.every((name) => state[name] === before[name])) return;
  localStorage.setItem(storageKey, JSON.stringify(Object.fromEntries(kept.map((name) => [name, state[name]]))));
});

export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

let notices = 0;

/** Says one sentence for a few seconds, near `at` where it has a place. */
export function notify(text: string, at?: { x: number; y: number }): void {
  const key = ++notices;
  interfaceStore.setState({ notice: { text, key, ...(at ? { at } : {}) }, tip: undefined });
  setTimeout(() => {
    if (interfaceStore.getState().notice?.key === key) interfaceStore.setState({ notice: undefined });
  }, 6000);
}

/** For handlers of clicks: a promise that fails says so to the user. */
export function reporting(promise: Promise<unknown>): void {
  promise.catch((cause: unknown) => notify(cause instanceof Error ? cause.message : String(cause)));
}
