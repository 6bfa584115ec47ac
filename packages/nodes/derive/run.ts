import { compileDerivation } from "@heddle/cel/derivation";
import type { Column } from "@heddle/schema/batch";
import type { MapOpen } from "@heddle/schema/node";
import type { z } from "zod";
import type { params } from "./spec.ts";

export const open: MapOpen<z.infer<typeof params>> = ({ params: { columns, on_error }, types, log }) => {
  const type = types.inputs["rows"];
  const schema = type?.kind === "rows" ? type.schema : { columns: {}, open: true };
  const derivations = Object.entries(columns).map(([name, source]) => ({
    name,
    derivation: compileDerivation(source, schema),
    failed: 0,
    first: "",
  }));
  const reads = derivations.map(({ derivation }) => derivation.reads);

  return {
    reads: reads.includes("all") ? "all" : [...new Set(reads.flat())],
    process(batch) {
      const made = new Map<string, Column>();
      for (const one of derivations) {
        const { column, failures, reason } = one.derivation.column(batch);
        if (failures > 0 && on_error === "stop") throw new Error(`${one.name}: a row cannot be computed: ${reason}`);
        one.failed += failures;
        one.first ||= reason;
        made.set(one.name, column);
      }
      // A replaced column stays where it was.
      const replaced = Object.entries(batch.columns).map(([name, column]) => [name, made.get(name) ?? column] as const);
      return { rows: { set: { ...Object.fromEntries(replaced), ...Object.fromEntries(made) } } };
    },
    async close() {
      for (const { name, failed, first } of derivations)
        if (failed > 0) log(`${name}: ${failed} rows could not be computed and are null; the first: ${first}`);
    },
  };
};
