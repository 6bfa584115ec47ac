// Reads golden data that lies beside the checkout; tests that need it are skipped, with that reason, where it is absent.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { directorySource } from "./directory.node.ts";
import { createModel, type Model } from "./model.ts";
import { readWeights, type Weights } from "./safetensors.ts";

export const assets = join(import.meta.dirname, "../../../../shared/assets");
export const absent = !existsSync(assets);

export function readGolden<T>(path: string, check: (value: unknown) => value is T): T {
  const value: unknown = JSON.parse(readFileSync(join(assets, path), "utf8"));
  if (!check(value)) throw new Error(`${path} is not the golden file expected here`);
  return value;
}

export async function openModel(folder: string): Promise<Model> {
  const config: unknown = JSON.parse(readFileSync(join(assets, folder, "config.json"), "utf8"));
  return createModel(config, await openWeights(folder));
}

export function openWeights(folder: string): Promise<Weights> {
  return readWeights(directorySource(join(assets, folder)));
}

/** Counts compared numbers and keeps the largest difference. */
export function createTally() {
  const tally = { count: 0, worst: 0 };
  return {
    tally,
    compare(actual: number | undefined, expected: number | undefined): void {
      tally.count++;
      const difference = Math.abs((actual ?? NaN) - (expected ?? NaN));
      tally.worst = Number.isNaN(difference) ? Infinity : Math.max(tally.worst, difference);
    },
    compareAll(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
      if (actual.length !== expected.length) tally.worst = Infinity;
      for (let i = 0; i < expected.length; i++) this.compare(actual[i], expected[i]);
    },
  };
}
