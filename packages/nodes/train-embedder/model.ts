// The trained vectors as a folder that model2vec and sentence-transformers load.
import { fingerprintOfFiles } from "@heddle/inference/embedder-fingerprint";
import { readEmbedderLayout } from "@heddle/inference/embedder-layout";
import { memorySource } from "@heddle/onnx/file-source";
import { modelFingerprint } from "@heddle/onnx/model-fingerprint";
import type { Weight } from "@heddle/onnx/safetensors";
import { safetensorsBytes } from "@heddle/onnx/safetensors-writer";
import { sha256 } from "@heddle/schema/canonical";
import type { RunContext } from "@heddle/schema/node";
import type { Params } from "./spec.ts";

const pretty = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);

export async function writeModel(
  context: RunContext<Params>,
  { shape, data }: Weight,
  tokenizer: Uint8Array,
): Promise<void> {
  const config = {
    model_type: "model2vec",
    architectures: ["StaticModel"],
    hidden_dim: shape[1],
    seq_length: 1_000_000,
    normalize: true,
  };
  const kind = "sentence_transformers.models";
  const modules = [
    { idx: 0, name: "0", path: ".", type: `${kind}.StaticEmbedding` },
    { idx: 1, name: "1", path: "1_Normalize", type: `${kind}.Normalize` },
  ];
  const tensor = { name: "embeddings", dtype: "F16", shape, data: () => data } as const;
  const files = new Map([
    ["config.json", pretty(config)],
    ["modules.json", pretty(modules)],
    ["tokenizer.json", tokenizer],
    ["model.safetensors", await safetensorsBytes([tensor])],
  ]);
  const digests = [...files].map(([path, content]) => ({ path, digest: sha256(content) }));
  const declared = context.types.outputs["model"];
  const facets = declared?.kind === "model" ? declared.facets : {};
  const layout = await readEmbedderLayout(memorySource(Object.fromEntries(files)));
  if (!layout) throw new Error("train-embedder: the trained folder is no embedder");
  const identity = { fingerprint: await modelFingerprint(digests), embedder: fingerprintOfFiles(digests, layout) };
  const out = context.outFiles("model", { ...facets, ...identity });
  for (const [path, content] of files) await out.write(path, content);
}
