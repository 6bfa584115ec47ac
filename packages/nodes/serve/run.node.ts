import { randomBytes } from "node:crypto";
import { modelRoutes } from "@heddle/inference/openai-answers";
import { listen } from "@heddle/inference/openai-server.node";
import { openLanguageModel } from "@heddle/inference/open.node";
import type { ServiceStart } from "@heddle/schema/node";
import type { Facets } from "@heddle/schema/type";
import type { Params } from "./spec.ts";

export const start: ServiceStart<Params> = async ({ params, files, threads, signal, log }) => {
  const folder = files("model");
  const { context_length: contextLength, parallel, max_tokens: maxTokens, temperature } = params;
  const model = await openLanguageModel(folder, { threads, contextLength, parallel });
  await using opened = new AsyncDisposableStack();
  opened.use(model);
  signal.throwIfAborted();

  const name = params.name === "" ? nameOf(folder.facets) : params.name;
  const token = randomBytes(24).toString("base64url");
  const server = await listen(modelRoutes({ name, model, defaults: { maxTokens, temperature } }), {
    port: params.port,
    token,
  });
  opened.defer(() => server.close());
  const url = `http://127.0.0.1:${server.port}/v1`;
  log(`${name} answers at ${url} on ${model.engine}, context ${model.contextLength} tokens`);
  const live = opened.move();
  return { url, model: name, headers: { authorization: `Bearer ${token}` }, stop: () => live.disposeAsync() };
};

function nameOf({ architecture = "model", dtype }: Facets): string {
  return dtype === undefined ? String(architecture) : `${architecture}-${dtype}`;
}
