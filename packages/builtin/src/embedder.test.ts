// The files are what their constants say, and small.
import { readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openEmbedder } from "@heddle/inference/embedder";
import { directorySource } from "@heddle/onnx/directory.node";
import { expect, it } from "vitest";
import { embedderFacets } from "./embedder-facets.ts";
import { files } from "./embedder.ts";
import { readBuiltin } from "./read.ts";

const folder = fileURLToPath(new URL("../embedder/", import.meta.url));

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

it("has the fingerprint and size that its vectors' type says", async () => {
  await using embedder = await openEmbedder(directorySource(folder));
  expect(embedderFacets).toEqual({ embedder: embedder.fingerprint, dimensions: embedder.size });
  const [car, automobile, river] = await embedder.embed(["a car", "an automobile", "a river"], "document");
  expect(cosine(car!, automobile!)).toBeGreaterThan(cosine(car!, river!) + 0.3);
});

it("takes no more than 4 MB, and every file is there", async () => {
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(folder + name).size, 0);
  expect(bytes).toBeLessThanOrEqual(4_000_000);
  for (const [name, url] of Object.entries(files)) expect((await readBuiltin(url)).length, name).toBeGreaterThan(0);
});
