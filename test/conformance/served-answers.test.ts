// What one node serves another asks: the endpoint on the wire between serve and generate.
import type { Endpoint, ServiceContext } from "@heddle/schema/node";
import { directorySource } from "@heddle/onnx/directory.node";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run as quantize } from "../../packages/nodes/quantize/run.node.ts";
import { spec as quantizeSpec } from "../../packages/nodes/quantize/spec.ts";
import { run } from "../../packages/nodes/generate/run.ts";
import { spec } from "../../packages/nodes/generate/spec.ts";
import { start } from "../../packages/nodes/serve/run.node.ts";
import { spec as serveSpec, type Params as ServeParams } from "../../packages/nodes/serve/spec.ts";
import { hasStories, storyFolder } from "../story-model.ts";
import { workbench } from "../workbench.ts";

const bench = workbench();
afterAll(() => bench[Symbol.dispose]());

function refuse(): never {
  throw new Error("not wired");
}

function serve(directory: string, params: Partial<ServeParams>): Promise<Endpoint & { stop(): Promise<void> }> {
  const context: ServiceContext<ServeParams> = {
    params: serveSpec.params.parse(params),
    signal: new AbortController().signal,
    threads: 1,
    types: { inputs: {}, outputs: {} },
    wired: (port) => port === "model",
    fetch: refuse,
    post: refuse,
    secret: refuse,
    files: () => ({ ...directorySource(directory), facets: {}, directory }),
    endpoint: refuse,
    pipeline: refuse,
    log: () => {},
  };
  return Promise.resolve(start(context));
}

describe.skipIf(!hasStories)("generate through serve (needs ../shared/assets)", () => {
  let endpoint: Endpoint & { stop(): Promise<void> };
  beforeAll(async () => {
    endpoint = await serve(storyFolder, { name: "stories" });
  });
  afterAll(() => endpoint.stop());

  it("answers as the model itself does, in order", async () => {
    const params = {
      prompts: ["Once upon a time", "The dog", "Lily", "Tim", "A cat", "Mom"],
      style: "text" as const,
      max_tokens: 10,
    };
    const served = await bench.run(spec, run, params, { endpoint });
    const direct = await bench.run(spec, run, params, { model: { directory: storyFolder } });
    expect(served.rows["rows"]?.rows).toEqual(direct.rows["rows"]?.rows);
    expect(served.reports["report"]?.values).toMatchObject({ answers: 6, engine: "stories", model_tokens: 60 });
  });

  it("the server's refusal names the row", async () => {
    const params = { prompts: ["Hi"], style: "chat" as const };
    await expect(bench.run(spec, run, params, { endpoint })).rejects.toThrow(
      /row 0: http\S+ \(model stories\) answered 400: the model has no chat template/,
    );
  });
});

describe("the built-in model, quantized and served", () => {
  const builtin = { directory: join(import.meta.dirname, "../../packages/builtin/language-model") };
  const prompts = ["Who is the baker?", "Hello! How are you?", "Count to five."];
  let endpoint: Endpoint & { stop(): Promise<void> };
  beforeAll(async () => {
    const { files } = await bench.run(quantizeSpec, quantize, { format: "F32" }, { model: builtin });
    endpoint = await serve(files["model"]?.directory ?? "", { name: "village" });
  });
  afterAll(() => endpoint.stop());

  it("chats through the server as it does on the onnx engine, and ends its turns itself", async () => {
    const served = await bench.run(spec, run, { prompts, max_tokens: 100 }, { endpoint });
    const direct = await bench.run(spec, run, { prompts, max_tokens: 100 }, { model: builtin });
    expect(served.rows["rows"]?.rows).toEqual(direct.rows["rows"]?.rows);
    expect(served.reports["report"]?.values["model_ended"]).toBe(1);
    for (const row of served.rows["rows"]?.rows ?? []) expect(row["generated"]).not.toMatch(/^\s*$|<\|/);
  });
});
