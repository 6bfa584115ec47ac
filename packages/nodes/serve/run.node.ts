import { randomBytes } from "node:crypto";
import { modelRoutes } from "@heddle/inference/openai-answers";
import type { Route } from "@heddle/inference/openai-reply";
import { listen } from "@heddle/inference/openai-server.node";
import { openLanguageModel } from "@heddle/inference/open.node";
import type { ServiceContext, ServiceStart } from "@heddle/schema/node";
import type { Facets } from "@heddle/schema/type";
import { graphRoutes } from "./graph-routes.ts";
import type { Params } from "./spec.ts";

export const start: ServiceStart<Params> = async (context) => {
  const { params, signal, log } = context;
  await using opened = new AsyncDisposableStack();
  const { name, routes, about } = await (context.wired("answers") ? openGraph : openModel)(context, opened);
  signal.throwIfAborted();

  const token = randomBytes(24).toString("base64url");
  const server = await listen(routes, { port: params.port, token });
  opened.defer(() => server.close());
  const url = `http://127.0.0.1:${server.port}/v1`;
  log(`${name} answers at ${url}${about}`);
  const live = opened.move();
  return { url, model: name, headers: { authorization: `Bearer ${token}` }, stop: () => live.disposeAsync() };
};

type Opened = { readonly name: string; readonly routes: Route[]; readonly about: string };
type Context = ServiceContext<Params>;

async function openModel({ params, files, threads, wired }: Context, opened: AsyncDisposableStack): Promise<Opened> {
  if (!wired("model")) throw new Error("serve: wire a model, or the rows that answer requests");
  const folder = files("model");
  const { context_length: contextLength, parallel, max_tokens: maxTokens, temperature } = params;
  const model = opened.use(await openLanguageModel(folder, { threads, contextLength, parallel }));
  const name = params.name === "" ? nameOf(folder.facets) : params.name;
  const routes = modelRoutes({ name, model, defaults: { maxTokens, temperature } });
  return { name, routes, about: ` on ${model.engine}, context ${model.contextLength} tokens` };
}

async function openGraph({ params, pipeline }: Context, opened: AsyncDisposableStack): Promise<Opened> {
  const name = params.name === "" ? "graph" : params.name;
  const served = { name, pipeline: opened.use(await pipeline("answers")), answerColumn: params.answer_column };
  const takes = Object.keys(served.pipeline.takes.columns);
  const about = takes.includes("messages") ? " as a chat model, and under /answers as JSON" : " under /answers as JSON";
  return { name, routes: graphRoutes(served), about };
}

function nameOf({ architecture = "model", dtype }: Facets): string {
  return dtype === undefined ? String(architecture) : `${architecture}-${dtype}`;
}
