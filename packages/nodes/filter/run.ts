import { accepted, compileCondition, unjudged } from "@heddle/cel/predicate";
import type { MapOpen } from "@heddle/schema/node";
import type { z } from "zod";
import type { params } from "./spec.ts";

export const open: MapOpen<z.infer<typeof params>> = ({ params: { where }, types, log }) => {
  const type = types.inputs["rows"];
  const schema = type?.kind === "rows" ? type.schema : { columns: {}, open: true };
  const predicate = compileCondition(where, schema);
  let failed = 0;
  let reason = "";

  return {
    reads: predicate.reads,
    process(batch) {
      const { values, failure } = predicate.judge(batch);
      const kept = new Uint32Array(values.length);
      const rest = new Uint32Array(values.length);
      let [keptCount, restCount] = [0, 0];
      values.forEach((verdict, row) => {
        if (verdict === accepted) kept[keptCount++] = row;
        else rest[restCount++] = row;
        if (verdict === unjudged) failed++;
      });
      if (failure && reason === "") ({ reason } = failure);
      return { rows: { take: kept.subarray(0, keptCount) }, rejected: { take: rest.subarray(0, restCount) } };
    },
    async close() {
      if (failed > 0) log(`${failed} rows could not be judged and went to rejected; the first: ${reason}`);
    },
  };
};
