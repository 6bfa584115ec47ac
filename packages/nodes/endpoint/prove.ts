// Before anything is paid for: does the server answer, does it take the key, does it have the model?
import type { BridgedProvider } from "@heddle/inference/provider-bridge";
import { unreachable, withoutKey } from "@heddle/inference/openai-upstream";
import type { OutboundFetch } from "@heddle/schema/node";
import { z } from "zod";

/** How a key is told: the header's name and what stands before the key. */
export function keyHeaders(provider: string, key: string): Record<string, string> {
  if (key === "") return {};
  if (provider === ("anthropic" satisfies BridgedProvider))
    return { "x-api-key": key, "anthropic-version": "2023-06-01" };
  if (provider === ("google" satisfies BridgedProvider)) return { "x-goog-api-key": key };
  return { authorization: `Bearer ${key}` };
}

interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly key: string;
  /** The secret's name, for what is said where the key is wrong. */
  readonly secret: string;
  /** Empty: whichever the server has. */
  readonly model: string;
  readonly fetch: OutboundFetch;
}

const patience_s = 20;
const shown = 8;

/**
 * The name of the model that will answer.
 * @throws Error in one sentence: nothing answers, the key is refused, the model is not there
 */
export async function prove(asked: Asked, log: (line: string) => void): Promise<string> {
  const { url, headers, model, fetch } = asked;
  const { host } = new URL(url);
  const response = await fetch(`${url}/models`, { headers, patience_s }).catch((cause: unknown) => {
    throw new Error(unreachable(asked, cause).message, { cause });
  });
  const text = withoutKey(asked, await response.text());
  if (response.status === 401 || response.status === 403) throw new Error(refusal(asked, host, response.status, text));
  const listed = response.ok ? listOf(text) : undefined;
  if (listed === undefined) {
    log(
      `${host} does not list its models (status ${response.status}); whether it has ${model} shows with the first request`,
    );
    if (model !== "") return model;
    throw new Error(`model: ${host} does not list its models; write the name of one`);
  }
  if (model === "") return only(listed.names, host);
  if (listed.isWhole && listed.names.length > 0 && !listed.names.some((name) => isSame(name, model))) {
    throw new Error(`model: ${host} has no ${model}; it has ${few(nearest(listed.names, model))}`);
  }
  return model;
}

function refusal({ key, secret }: Asked, host: string, status: number, text: string): string {
  const said = messageOf(text);
  const why = said === "" ? `status ${status}` : `status ${status}: ${said}`;
  if (key === "")
    return `${host} asks for a key (${why}): store it with heddle secret set NAME, and name it in api_key`;
  return `${host} refuses the key in the secret ${secret} (${why}): set the right one with heddle secret set ${secret}`;
}

const failure = z.union([
  z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) }),
  z.object({ message: z.string() }).transform(({ message: error }) => ({ error })),
]);

function messageOf(text: string): string {
  const { error } = failure.safeParse(parsed(text)).data ?? { error: "" };
  return (typeof error === "string" ? error : error.message).replace(/\s+/g, " ").slice(0, 200);
}

const model = z.looseObject({ id: z.string().optional(), name: z.string().optional() });
const list = z.union([
  z.array(model).transform((data) => ({ data, isWhole: true })),
  z
    .looseObject({ data: z.array(model), has_more: z.boolean().nullish() })
    .transform(({ data, has_more: more }) => ({ data, isWhole: more !== true })),
  z
    .looseObject({ models: z.array(model), nextPageToken: z.string().nullish() })
    .transform(({ models, nextPageToken: next }) => ({ data: models, isWhole: !next })),
]);

function listOf(text: string): { names: string[]; isWhole: boolean } | undefined {
  const read = list.safeParse(parsed(text)).data;
  if (read === undefined) return undefined;
  const names = read.data.flatMap(({ id, name }) => id ?? name?.replace(/^models\//, "") ?? []);
  return { names, isWhole: read.isWhole };
}

/** undefined where a server answers with something else than JSON. */
function parsed(text: string): unknown {
  return z.string().transform(fromJson).safeParse(text).data;
}

function fromJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue("not JSON");
    return z.NEVER;
  }
}

/** A name without its variant. */
const base = (name: string) => name.replace(/:[^/]*$/, "");

/** Ollama lists `llama3.2:latest` for llama3.2; OpenRouter takes `…:free` of what it lists without. */
function isSame(listed: string, asked: string): boolean {
  return listed === asked || base(listed) === asked || listed === base(asked);
}

function only(names: readonly string[], host: string): string {
  const [first] = names;
  if (first !== undefined && names.length === 1) return first;
  const what = names.length === 0 ? "has loaded no model; load one" : `has ${few(names)}; write the name of one`;
  throw new Error(`model: ${host} ${what}`);
}

function nearest(names: readonly string[], asked: string): string[] {
  const wanted = asked.toLowerCase().split(/[^a-z0-9]+/);
  const score = (name: string) => wanted.filter((part) => part !== "" && name.toLowerCase().includes(part)).length;
  return names.toSorted((left, right) => score(right) - score(left));
}

function few(names: readonly string[]): string {
  const rest = names.length - shown;
  return names.slice(0, shown).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
