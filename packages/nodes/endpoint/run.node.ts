import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { folder } from "@heddle/builtin/language-model";
import { modelRoutes } from "@heddle/inference/openai-answers";
import { relayRoutes } from "@heddle/inference/openai-relay";
import type { Route } from "@heddle/inference/openai-reply";
import { listen } from "@heddle/inference/openai-server.node";
import { openLanguageModel } from "@heddle/inference/open.node";
import { bridgedProviders, bridgeRoutes } from "@heddle/inference/provider-bridge";
import { directorySource } from "@heddle/onnx/directory.node";
import type { OpenContext, ServiceContext, ServiceStart } from "@heddle/schema/node";
import { addressOf, builtIn } from "./presets.ts";
import { keyHeaders, prove } from "./prove.ts";
import type { Params } from "./spec.ts";

/** What a small model is asked by default, where a request does not say. */
const builtInDefaults = { maxTokens: 256, temperature: 0.7 };
const builtInParallel = 4;

interface Answering {
  readonly model: string;
  readonly routes: Route[];
}

/**
 * Starts a server on loopback that answers for the model. Consumers know this server and a key of its own; the provider's key stays in
 * this process.
 */
export const start: ServiceStart<Params> = async (context) => {
  await using opened = new AsyncDisposableStack();
  const { model, routes } = await (context.params.provider === builtIn ? openBuiltIn : openRemote)(context, opened);
  context.signal.throwIfAborted();
  const token = randomBytes(24).toString("base64url");
  const server = await listen(routes, { port: 0, token });
  opened.defer(() => server.close());
  const live = opened.move();
  return {
    url: `http://127.0.0.1:${server.port}/v1`,
    model,
    headers: { authorization: `Bearer ${token}` },
    stop: () => live.disposeAsync(),
  };
};

async function openBuiltIn({ threads }: OpenContext<Params>, opened: AsyncDisposableStack): Promise<Answering> {
  const directory = fileURLToPath(folder);
  const files = { ...directorySource(directory, { recursive: false }), directory };
  const model = opened.use(await openLanguageModel(files, { threads, parallel: builtInParallel }));
  return { model: builtIn, routes: modelRoutes({ name: builtIn, model, defaults: builtInDefaults }) };
}

async function openRemote({ params, fetch, post, secret, log }: ServiceContext<Params>): Promise<Answering> {
  const { provider, api_key: name, headers, timeout_s: patience_s } = params;
  const url = addressOf(params);
  const key = name === "" ? "" : await secret(name);
  const keyed = { ...headers, ...keyHeaders(provider, key) };
  const model = await prove({ url, headers: keyed, key, secret: name, model: params.model, fetch }, log);
  const bridged = bridgedProviders.find((known) => known === provider);
  const upstream = { url, model, key, patience_s };
  if (bridged === undefined) return { model, routes: relayRoutes({ ...upstream, post, headers: keyed }) };
  return { model, routes: await bridgeRoutes(bridged, { ...upstream, fetch, headers }) };
}
