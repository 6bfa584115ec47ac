import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tinyModels, worstDifference } from "@heddle/inference/tiny-models";
import { rowsType, type PortType } from "@heddle/schema/type";
import type { Value } from "@heddle/schema/batch";
import { afterEach, describe, expect, it } from "vitest";
import { layFiles, rowsIn, rowsValue, runNode, withFolder, type PortValue } from "../../../test/conformance/harness.ts";
import { startFaultServer, type Behaviour, type FaultServer } from "../../../test/machine/openai-faults.ts";
import { spec, type Params } from "./spec.ts";

const assets = join(import.meta.dirname, "../../../../shared/assets");
const text: PortType = rowsType({ text: { kind: "string" } });
const model = (facets: Record<string, string | number>): PortType => ({ kind: "model", facets });

let server: FaultServer | undefined;
afterEach(() => server?.[Symbol.asyncDispose]());

function infer(wishes: Partial<Params>, inputs: Record<string, PortType>) {
  const inferred = spec.infer?.({ params: spec.params.parse(wishes), inputs });
  const { rows } = inferred?.outputs ?? {};
  return {
    vector: rows?.kind === "rows" ? rows.schema.columns["vector"] : undefined,
    issues: (inferred?.issues ?? []).map(({ message }) => message),
  };
}

function texts(values: readonly Value[]): PortValue {
  return rowsValue(
    { columns: { text: { kind: "string" } }, open: false },
    values.map((value) => ({ text: value })),
  );
}

async function endpointOf(behave: (number: number) => Behaviour): Promise<PortValue> {
  server = await startFaultServer(({ number }) => behave(number));
  return { type: { kind: "endpoint" }, endpoint: server.endpoint() };
}

describe("the vectors' type, while wiring", () => {
  const bert = model({ task: "embed", embedder: "f00d", dimensions: 384 });

  it("carries the model's fingerprint and size", () => {
    expect(infer({}, { rows: text, model: bert }).vector).toEqual({
      kind: "vector",
      size: 384,
      facets: { embedder: "f00d" },
    });
  });

  it("of cut vectors is another embedder's", () => {
    const cut = infer({ dimensions: 64 }, { rows: text, model: bert });
    expect(cut.vector).toEqual({ kind: "vector", size: 64, facets: { embedder: "f00d:64" } });
    expect(infer({ dimensions: 384 }, { rows: text, model: bert }).vector).toMatchObject({
      facets: { embedder: "f00d" },
    });
    expect(infer({ dimensions: 385 }, { rows: text, model: bert }).issues).toEqual([
      "dimensions: 385 are more than the model's 384; lower them, or set 0 for all",
    ]);
  });

  it("by an endpoint names its model", () => {
    const endpoint: PortType = { kind: "endpoint", facets: { model: "served" } };
    expect(infer({}, { rows: text, endpoint }).vector).toEqual({
      kind: "vector",
      facets: { embedder: "endpoint:served" },
    });
    expect(infer({ endpoint_model: "small", dimensions: 8 }, { rows: text, endpoint }).vector).toEqual({
      kind: "vector",
      size: 8,
      facets: { embedder: "endpoint:small:8" },
    });
  });

  it("two embedders, and a column without text, are issues", () => {
    expect(infer({}, { rows: text, model: bert, endpoint: { kind: "endpoint" } }).issues).toEqual([
      "a model and an endpoint are both wired; keep the one that is to embed",
    ]);
    const rows = rowsType({ text: { kind: "list", item: { kind: "string" } } });
    expect(infer({}, { rows, model: bert }).issues).toEqual([
      'column: "text" holds list, not text; choose a column of strings',
    ]);
  });
});

describe("an endpoint", () => {
  it("embeds over HTTP, and rows without text are not sent", async () => {
    const endpoint = await endpointOf(() => ({ kind: "answer" }));
    const inputs = { rows: texts(["ab", null, "abcd"]), endpoint };
    const { outputs } = await runNode("embed", { params: { prefix: "> " }, inputs }, ".");
    expect(rowsIn(outputs["rows"])).toEqual([
      { text: "ab", vector: Float32Array.of(4, 1) },
      { text: null, vector: null },
      { text: "abcd", vector: Float32Array.of(6, 1) },
    ]);
    expect(outputs["rows"]?.type).toMatchObject({
      schema: { columns: { vector: { size: 2, facets: { embedder: "endpoint:fake" } } } },
    });
    expect(server?.asked.map(({ body }) => body.input)).toEqual([["> ab", "> abcd"]]);
  });

  it("is asked again after a fault that passes, and quoted where it stays", async () => {
    const busy = await endpointOf((number) => (number === 0 ? { kind: "status", status: 503 } : { kind: "answer" }));
    const { outputs } = await runNode("embed", { params: {}, inputs: { rows: texts(["a"]), endpoint: busy } }, ".");
    expect(rowsIn(outputs["rows"])).toHaveLength(1);
    await server?.[Symbol.asyncDispose]();
    const closed = await endpointOf(() => ({ kind: "status", status: 401, message: "wrong key" }));
    const refused = runNode("embed", { params: {}, inputs: { rows: texts(["a"]), endpoint: closed } }, ".");
    await expect(refused).rejects.toThrow(/answered 401: wrong key/);
  });

  it("that ignores the dimensions is told so", async () => {
    const endpoint = await endpointOf(() => ({ kind: "answer" }));
    const run = runNode("embed", { params: { dimensions: 3 }, inputs: { rows: texts(["a"]), endpoint } }, ".");
    await expect(run).rejects.toThrow("embed: fake gave 2 numbers where 3 were asked for; set dimensions to 0");
  });
});

describe("a model", () => {
  it("gives the same vectors however rows are cut into batches, empty text included", () =>
    withFolder(async (folder) => {
      await layFiles(folder, tinyModels.mean.files);
      const port: PortValue = { type: { kind: "model" }, directory: folder };
      const all = ["", ...tinyModels.texts, null, "lift"];
      const whole = await runNode("embed", { params: {}, inputs: { rows: texts(all), model: port } }, folder);
      const parts: PortValue = { ...texts([]), batches: all.flatMap((one) => texts([one]).batches ?? []) };
      const cut = await runNode("embed", { params: {}, inputs: { rows: parts, model: port } }, folder);
      const vectors = (result: typeof whole) =>
        rowsIn(result.outputs["rows"]).map(({ vector }) => (vector instanceof Float32Array ? vector : []));
      expect(worstDifference(vectors(cut), vectors(whole))).toBeLessThanOrEqual(1e-6);
      expect(vectors(whole)[0]).toHaveLength(8);
      expect(vectors(whole).at(-2)).toEqual([]);
    }));

  it.skipIf(!existsSync(assets))(
    "potion's golden vectors come out of the node (skipped without ../shared/assets)",
    async () => {
      const golden = JSON.parse(readFileSync(join(assets, "derived/potion-golden/golden.json"), "utf8"));
      const port: PortValue = { type: { kind: "model" }, directory: join(assets, "models/potion-test-model") };
      const { outputs } = await runNode(
        "embed",
        { params: {}, inputs: { rows: texts(golden.texts), model: port } },
        ".",
      );
      const vectors = rowsIn(outputs["rows"]).map(({ vector }) => (vector instanceof Float32Array ? vector : []));
      expect(worstDifference(vectors, golden.embeddings)).toBeLessThanOrEqual(1e-5);
    },
  );
});
