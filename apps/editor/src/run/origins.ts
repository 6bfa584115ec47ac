// Where the graphs that this browser has opened come from. One that is not listed came in another way: it counts as somebody else's.
import { z } from "zod";

const origin = z.enum(["own", "template", "imported"]);
export type Origin = z.infer<typeof origin>;

const storageKey = "heddle-origins";
const origins = z.record(z.string(), origin).catch({});

function read(): Record<string, Origin> {
  return origins.parse(JSON.parse(localStorage.getItem(storageKey) ?? "{}"));
}

export function originOf(graph: string): Origin | undefined {
  return read()[graph];
}

export function setOrigin(graph: string, from: Origin): void {
  localStorage.setItem(storageKey, JSON.stringify({ ...read(), [graph]: from }));
}

export function forgetOrigin(graph: string): void {
  const { [graph]: _, ...others } = read();
  localStorage.setItem(storageKey, JSON.stringify(others));
}
