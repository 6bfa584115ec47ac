// Encoders and static embedders as models: their facets, what is written of them, and where they are refused.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openEmbedder } from "@heddle/inference/embedder";
import { tinyFolder, tinyModels, worstDifference } from "@heddle/inference/tiny-models";
import { directorySource } from "@heddle/onnx/directory.node";
import { accepts } from "@heddle/schema/accept";
import { facetsOf } from "@heddle/schema/agreement";
import { languageModel } from "@heddle/schema/type";
import { expect, test } from "vitest";
import { layFiles, runNode, withFolder } from "../../../test/conformance/harness.ts";
import { describeFolder } from "./model-folder.ts";
import { modelSource } from "./peek.node.ts";

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const encoders = join(import.meta.dirname, "../../../../shared/assets/models");

const described = async (name: string) => {
  const source = await modelSource(join(encoders, name));
  return describeFolder(source, async (path) => sha256(await source.read(path)));
};

test.skipIf(!existsSync(encoders))(
  "a real encoder's and a static embedder's facets (skipped without ../shared/assets)",
  async () => {
    const minilm = await described("minilm-f16");
    expect(minilm.model).toMatchObject({
      architecture: "bert",
      task: "embed",
      dimensions: 384,
      context: 256,
      dtype: "float16",
    });
    expect(minilm.files).toContain("1_Pooling/config.json");
    const potion = await described("potion-test-model");
    expect(potion.model).toMatchObject({ architecture: "static", task: "embed", dimensions: 128 });
    expect(potion.model["embedder"]).toMatch(/^[0-9a-f]{64}$/);
    expect(potion.model["embedder"]).not.toBe(minilm.model["embedder"]);
  },
);

test("what is written of an embedder embeds as the folder does, and is refused where text is to be generated", () =>
  withFolder(async (scratch) => {
    await layFiles(
      scratch,
      Object.fromEntries(Object.entries(tinyModels.cls_dense.files).map(([path, content]) => [`st/${path}`, content])),
    );
    const { outputs, fact } = await runNode("load-model", { params: { path: "st" }, directory: scratch }, scratch);
    const model = facetsOf(fact?.outputs["model"]);
    expect(model).toMatchObject({ architecture: "bert", task: "embed", dimensions: 6, context: 7 });
    const written = directorySource(outputs["model"]!.directory!);
    await using embedder = await openEmbedder(written);
    expect(embedder.fingerprint).toBe(model["embedder"]);
    const vectors = await embedder.embed(tinyModels.texts, "document");
    expect(worstDifference(vectors, tinyModels.cls_dense.golden.document)).toBeLessThanOrEqual(1e-5);
    expect(accepts(languageModel(), fact!.outputs["model"]!)).toMatchObject({
      verdict: "no",
      difference: {
        message:
          "the model is an embedder, which makes vectors of texts; it takes a language model, which continues text",
      },
    });
  }));

test("a cross-encoder is known as one", async () => {
  const source = tinyFolder("cross_encoder");
  const { model } = await describeFolder(source, async (path) => sha256(await source.read(path)));
  expect(model).toMatchObject({ architecture: "bert", task: "rerank", labels: 1 });
  expect(model["embedder"]).toBeUndefined();
});
