import type { MapOpen } from "@heddle/schema/node";

export const open: MapOpen<object> = () => {
  let rows = 0;
  return {
    reads: [],
    process(batch) {
      rows += batch.length;
      return { rows: {} };
    },
    report: () => ({ report: { title: "Tally", values: { rows }, blocks: [] } }),
  };
};
