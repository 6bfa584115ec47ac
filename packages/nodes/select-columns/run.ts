import type { MapOpen } from "@heddle/schema/node";
import type { z } from "zod";
import { keptColumns, type params } from "./spec.ts";

export const open: MapOpen<z.infer<typeof params>> = ({ params: chosen }) => ({
  reads: "all",
  process({ columns }) {
    const there = Object.keys(columns);
    const kept = keptColumns(chosen, there);
    const set = Object.fromEntries(kept.map((name) => [name, columns[name]!]));
    return { rows: { set, drop: there.filter((name) => !kept.includes(name)) } };
  },
});
