import { setTimeout } from "node:timers/promises";
import type { WholeRun } from "@heddle/schema/node";
import type { Params } from "./spec.ts";

export const run: WholeRun<Params> = async (context) => {
  const { steps, pause } = context.params;
  const saved = await context.checkpoints.latest();
  let weight = saved === undefined ? 1 : (new Float64Array((await saved.read("weight.bin")).slice().buffer)[0] ?? 0);
  if (saved !== undefined) context.log(`resumed at step ${saved.step}`);
  for (let step = (saved?.step ?? 0) + 1; step <= steps; step++) {
    if (pause > 0) await setTimeout(pause, undefined, { signal: context.signal });
    weight = weight * 2 + 1;
    await context.checkpoints.save(step, { "weight.bin": new Uint8Array(Float64Array.of(weight).buffer) });
    context.metric(step, { loss: 1 / weight });
    context.progress(step, steps, "steps");
  }
  const out = context.outFiles("model", { architecture: "number" });
  await out.write("config.json", JSON.stringify({ steps }));
  await out.write("parts/weight.txt", String(weight));
};
