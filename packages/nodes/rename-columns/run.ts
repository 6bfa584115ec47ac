import type { MapOpen } from "@heddle/schema/node";
import type { z } from "zod";
import { newName, type params } from "./spec.ts";

export const open: MapOpen<z.infer<typeof params>> = ({ params: { names } }) => ({
  reads: "all",
  process({ columns }) {
    const renamed = Object.entries(columns).map(([name, column]) => [newName(names, name), column] as const);
    return { rows: { set: Object.fromEntries(renamed), drop: Object.keys(names) } };
  },
});
