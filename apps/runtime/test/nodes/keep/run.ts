import { numberColumn } from "@heddle/schema/column";
import type { MapOpen } from "@heddle/schema/node";
import type { Params } from "./spec.ts";

export const open: MapOpen<Params> = ({ params }) => ({
  reads: ["n"],
  process(batch) {
    const numbers = Array.from({ length: batch.length }, (_, row) => Number(batch.columns["n"]?.at(row)));
    const kept = numbers.flatMap((n, row) => (n % params.divisor === 0 ? [row] : []));
    const rest = numbers.flatMap((n, row) => (n % params.divisor === 0 ? [] : [row]));
    const scaled = Float64Array.from(kept, (row) => (numbers[row] ?? 0) * params.factor);
    return {
      rows: { take: Uint32Array.from(kept), set: { scaled: numberColumn("float", scaled) } },
      rejected: { take: Uint32Array.from(rest) },
    };
  },
});
