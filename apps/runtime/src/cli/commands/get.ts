// heddle get: copies one output of a run out of the store.
import { statSync } from "node:fs";
import type { Composition } from "../composition.ts";
import { connect } from "../connect.ts";
import { UsageError } from "../graph-file.ts";

export interface GetOptions {
  readonly to: string;
  readonly format: "parquet" | "jsonl";
}

export async function get(
  composition: Composition,
  run: string,
  output: string,
  { to, format }: GetOptions,
): Promise<void> {
  const [node = "", port = ""] = output.split(".");
  if (node === "" || port === "") throw new UsageError(`${output}: write node.port, for example train.adapter`);
  const there = statSync(to, { throwIfNoEntry: false });
  if (there?.isDirectory() === false) throw new UsageError(`--to ${to}: it is a file; name a directory`);
  const work = await connect(composition);
  try {
    const record = await work.run(run);
    if (record === undefined)
      throw new UsageError(`there is no run ${run}; heddle run prints the id of each as its last line`);
    const step = record.steps.find((candidate) => candidate.node === node);
    if (step === undefined)
      throw new UsageError(`run ${run} has no node ${node}; it has ${record.steps.map((s) => s.node).join(", ")}`);
    const artifact = step.outputs[port];
    if (artifact === undefined) {
      const ports = Object.keys(step.outputs);
      throw new UsageError(
        ports.length === 0
          ? `${node} is ${step.state} and has no outputs`
          : `${node} has no output ${port}; it has ${ports.join(", ")}`,
      );
    }
    for (const path of await work.exportArtifact(artifact.digest, to, { format, name: `${node}.${port}` }))
      console.log(path);
  } finally {
    await work.close();
  }
}
