// An attempt on disk: attempt.json says what to do, outcome.json, written last, what came of it. Nothing else decides what happened.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { outcome } from "@heddle/schema/artifact";
import { portType, rowSchema } from "@heddle/schema/type";
import { z } from "zod";
import { present } from "../absent.ts";
import type { NodeModules } from "../catalogue.ts";
import type { Recipe } from "../keys.ts";

const types = z.record(z.string(), portType);

const recipe: z.ZodType<Recipe> = z.lazy(() =>
  z.strictObject({
    type: z.string(),
    shape: z.enum(["map", "whole", "service"]),
    params: z.record(z.string(), z.unknown()),
    inputs: z.record(z.string(), z.array(z.string())),
    inputTypes: types,
    outputTypes: types,
    pipelines: z
      .record(
        z.string(),
        z.strictObject({ takes: rowSchema, steps: z.array(z.strictObject({ output: z.string(), recipe })) }),
      )
      .optional(),
  }),
);

export const attempt = z.strictObject({
  id: z.string(),
  node: z.string(),
  key: z.string(),
  /** Key of the journal, where it outlives the outcome; else the attempt's own. */
  journal: z.string().optional(),
  /** Absolute path of the node's run module. */
  module: z.string(),
  /** Those of the nodes in its pipelines, by type. */
  modules: z.record(z.string(), z.string()).optional(),
  recipe,
  /** Processor threads it may use. */
  threads: z.int().positive(),
  /** This attempt's own directory. */
  directory: z.string(),
  blobs: z.string(),
  partial: z.string(),
  checkpoints: z.string(),
});
export type Attempt = z.infer<typeof attempt>;

export const result = z.discriminatedUnion("state", [
  z.strictObject({ state: z.literal("done"), outcome }),
  z.strictObject({ state: z.literal("failed"), error: z.string(), ms: z.number() }),
  z.strictObject({ state: z.literal("cancelled"), ms: z.number() }),
]);
export type Result = z.infer<typeof result>;

export async function readAttempt(path: string): Promise<Attempt> {
  return attempt.parse(JSON.parse(await readFile(path, "utf8")));
}

/** Run modules of the nodes that a service answers requests with, by type. */
export function pipelineModules({ pipelines = {} }: Recipe, modules: NodeModules): Record<string, string> {
  const steps = Object.values(pipelines).flatMap(({ steps }) => steps);
  return Object.fromEntries(
    steps.map(({ recipe: { type } }) => {
      const module = modules.get(type);
      if (module === undefined) throw new Error(`there is no node type ${type}`);
      return [type, module.run];
    }),
  );
}

/** Gives the path of the attempt's file. */
export function writeAttempt(content: Attempt): string {
  mkdirSync(content.directory, { recursive: true, mode: 0o700 });
  const path = join(content.directory, "attempt.json");
  writeFileSync(`${path}.partial`, JSON.stringify(content));
  renameSync(`${path}.partial`, path);
  return path;
}

const resultPath = (directory: string) => join(directory, "outcome.json");

export async function writeResult(directory: string, content: Result): Promise<void> {
  const partial = `${resultPath(directory)}.partial`;
  const file = await open(partial, "w");
  await file.writeFile(JSON.stringify(content));
  await file.sync();
  await file.close();
  await rename(partial, resultPath(directory));
}

export async function readResult(directory: string): Promise<Result | undefined> {
  const text = await present(readFile(resultPath(directory), "utf8"));
  return text === undefined ? undefined : result.parse(JSON.parse(text));
}
