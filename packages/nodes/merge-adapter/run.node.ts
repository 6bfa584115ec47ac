import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { mergeAdapter, readAdapter } from "@heddle/onnx/adapter";
import { readJson } from "@heddle/onnx/file-source";
import { linearModules, readConfig } from "@heddle/onnx/model";
import { modelFingerprint } from "@heddle/onnx/model-fingerprint";
import { openSafetensors } from "@heddle/onnx/safetensors";
import { writeModelWeights, type FileToWrite } from "@heddle/onnx/safetensors-writer";
import type { WholeRun } from "@heddle/schema/node";
import { misfits, type Params } from "./spec.ts";

/** Writes one file to disk and gives its SHA-256: the merged model's fingerprint must be known before its output is opened. */
async function stage(path: string, content: FileToWrite["content"], onBytes: (count: number) => void): Promise<string> {
  const hash = createHash("sha256");
  const handle = await open(path, "w");
  const pieces = typeof content === "string" ? [Buffer.from(content)] : content;
  for await (const piece of pieces) {
    hash.update(piece);
    await handle.write(piece);
    onBytes(piece.length);
  }
  await handle.close();
  return hash.digest("hex");
}

const isWeights = (path: string) => path.endsWith(".safetensors") || path.endsWith(".safetensors.index.json");

export const run: WholeRun<Params> = async (context) => {
  const [model, adapter] = [context.files("model"), context.files("adapter")];
  const [problem] = misfits(adapter.facets, model.facets);
  if (problem !== undefined) throw new Error(problem.message);

  const base = await openSafetensors(model);
  const architecture = readConfig(await readJson(model, "config.json"));
  const transposed = new Set(
    linearModules(architecture).flatMap((linear) => (linear.transposed ? [linear.module] : [])),
  );
  const tensors = mergeAdapter(base, await readAdapter(adapter), (module) => transposed.has(module));

  const total = tensors.reduce((sum, { name }) => sum + base.info(name).end - base.info(name).start, 0);
  let done = 0;
  const weights = writeModelWeights(tensors);
  const digests: { path: string; digest: string }[] = [];
  for (const { path, content } of weights) {
    const digest = await stage(join(context.scratch, path), content, (count) => {
      context.signal.throwIfAborted();
      done += count;
      context.progress(Math.min(done, total), total, "B");
    });
    digests.push({ path, digest });
  }

  const others = (await model.list()).map(({ path }) => path).filter((path) => !isWeights(path));
  const config = await model.read("config.json");
  digests.push({ path: "config.json", digest: createHash("sha256").update(config).digest("hex") });
  const output = context.outFiles("model", { ...model.facets, fingerprint: await modelFingerprint(digests) });
  for (const path of others) await output.write(path, await model.read(path));
  for (const { path } of weights) await output.write(path, createReadStream(join(context.scratch, path)));
};
