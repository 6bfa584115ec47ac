import { secretName } from "@heddle/schema/api";
import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { z } from "zod";
import { addressOf, builtIn, presetOf, providers } from "./presets.ts";

const params = z.strictObject({
  provider: z
    .enum(providers)
    .default(builtIn)
    .describe("Who answers. The built-in model needs no network and no key, and knows little beyond its village.")
    .meta({ label: "Provider" }),
  model: z
    .string()
    .max(200)
    .default("")
    .describe("The model's name at the provider. Empty: the only one that the server lists.")
    .meta({ label: "Model" }),
  api_key: z
    .union([secretName, z.literal("")])
    .default("")
    .describe("Name of the secret that holds the key, never the key itself: heddle secret set NAME.")
    .meta({ label: "API key", widget: "secret", affectsOutput: false }),
  base_url: z
    .union([z.url({ protocol: /^https?$/ }), z.literal("")])
    .default("")
    .describe("Address that ends where /chat/completions begins. Empty: the provider's own.")
    .meta({ label: "Base URL" }),
  headers: z
    .record(z.string().regex(/^[\w-]+$/, "letters, digits and - only"), z.string())
    .default({})
    .describe("Further headers of every request. A key does not belong here: it would stay in the graph.")
    .meta({ label: "Headers", advanced: true }),
  timeout_s: z
    .int()
    .min(1)
    .max(3_600)
    .default(300)
    .describe("A request fails after this long without a byte from the server.")
    .meta({ label: "Timeout", unit: "s", advanced: true, affectsOutput: false }),
});
export type Params = z.infer<typeof params>;

const keyHeader = /^(?:authorization|proxy-authorization|x-api-key|api-key|x-goog-api-key|cookie)$/i;

function issuesOf({ provider, model, api_key: key, base_url: url, headers }: Params): NodeIssue[] {
  const preset = presetOf(provider);
  const issues: NodeIssue[] = [];
  const say = (code: string, param: string, message: string) => issues.push({ code, param, message });
  if (preset === undefined) {
    if (url !== "")
      say("unused-param", "base_url", "base_url: the built-in model has no address; choose custom for a server");
    if (model !== "")
      say("unused-param", "model", "model: the built-in provider has one model; choose another provider, or clear it");
    return issues;
  }
  const address = addressOf({ provider, base_url: url });
  if (address === "")
    say("no-address", "base_url", "base_url: write the server's address, such as http://127.0.0.1:8000/v1");
  if (/\/chat\/completions$|\/completions$/.test(address))
    say("whole-address", "base_url", "base_url: leave /chat/completions out; it is added");
  if (URL.canParse(address) && (new URL(address).username || new URL(address).password))
    say(
      "key-in-address",
      "base_url",
      "base_url: holds a user or password, which would stay in the graph; name a secret in api_key",
    );
  if (preset.key === "asked" && key === "" && url === "")
    say(
      "no-key",
      "api_key",
      `api_key: ${preset.label} asks for a key; store it with heddle secret set NAME, and write the name here`,
    );
  if (preset.key === "asked" && model === "")
    say("no-model", "model", `model: write which of ${preset.label}'s models answers`);
  const named = Object.keys(headers).find((name) => keyHeader.test(name));
  if (named !== undefined)
    say("key-in-headers", "headers", `headers: ${named} would stay in the graph; name a secret in api_key`);
  return issues;
}

export const spec = defineNode({
  title: "Endpoint",
  summary:
    "A language model behind an API: built in, a server on this machine, or a provider, with the key by a secret's name.",
  category: "Use",
  keywords: [
    "openai",
    "anthropic",
    "claude",
    "gemini",
    "mistral",
    "openrouter",
    "groq",
    "together",
    "ollama",
    "vllm",
    "sglang",
    "lm studio",
    "llama.cpp",
    "api",
    "llm",
  ],
  params,
  inputs: {},
  outputs: { endpoint: { summary: "The model, for nodes that ask one", type: { kind: "endpoint" } } },
  infer({ params }) {
    const model = params.provider === builtIn ? builtIn : params.model;
    const type = { kind: "endpoint" as const, ...(model !== "" && { facets: { model } }) };
    return { outputs: { endpoint: type }, issues: issuesOf(params) };
  },
  hosts(params) {
    const address = addressOf(params);
    return URL.canParse(address) ? [new URL(address).host] : [];
  },
  shape: "service",
  determinism: "pure",
});
