import { randomBytes } from "node:crypto";
import { openLanguageModel } from "@heddle/inference/open.node";
import type { ServiceStart } from "@heddle/schema/node";
import type { Facets } from "@heddle/schema/type";
import { answerChat, answerText, requireModel, type Served } from "./answers.ts";
import { listen, type Route } from "./http.node.ts";
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
  const server = await listen(routesOf({ name, model, defaults: { maxTokens, temperature } }), {
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

function routesOf(served: Served): Route[] {
  const created = Math.floor(Date.now() / 1000);
  const described = { id: served.name, object: "model", created, owned_by: "heddle" };
  return [
    {
      method: "POST",
      path: /^\/v1\/chat\/completions$/,
      answer: ({ body, signal }) => answerChat(served, body, signal),
    },
    { method: "POST", path: /^\/v1\/completions$/, answer: ({ body, signal }) => answerText(served, body, signal) },
    {
      method: "GET",
      path: /^\/v1\/models$/,
      answer: () => ({ kind: "json", body: { object: "list", data: [described] } }),
    },
    {
      method: "GET",
      path: /^\/v1\/models\/(.+)$/,
      answer({ name }) {
        requireModel(served, name);
        return { kind: "json", body: described };
      },
    },
  ];
}
