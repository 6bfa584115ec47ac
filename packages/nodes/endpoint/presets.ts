// Where the known servers answer, as their documentation says, and how each of them is told a key.

export interface Preset {
  readonly label: string;
  /** Base URL; empty: the user writes it. */
  readonly url: string;
  /** "asked": it refuses requests without one. */
  readonly key: "asked" | "optional";
  /** Speaks a protocol of its own, which is translated. */
  readonly bridged?: true;
}

const here = (port: number) => `http://127.0.0.1:${port}/v1`;

export const presets = {
  openai: { label: "OpenAI", url: "https://api.openai.com/v1", key: "asked" },
  openrouter: { label: "OpenRouter", url: "https://openrouter.ai/api/v1", key: "asked" },
  together: { label: "Together", url: "https://api.together.xyz/v1", key: "asked" },
  groq: { label: "Groq", url: "https://api.groq.com/openai/v1", key: "asked" },
  anthropic: { label: "Anthropic", url: "https://api.anthropic.com/v1", key: "asked", bridged: true },
  google: {
    label: "Gemini",
    url: "https://generativelanguage.googleapis.com/v1beta",
    key: "asked",
    bridged: true,
  },
  mistral: { label: "Mistral", url: "https://api.mistral.ai/v1", key: "asked", bridged: true },
  ollama: { label: "Ollama", url: here(11_434), key: "optional" },
  "lm-studio": { label: "LM Studio", url: here(1_234), key: "optional" },
  "llama-server": { label: "llama-server", url: here(8_080), key: "optional" },
  vllm: { label: "vLLM", url: here(8_000), key: "optional" },
  sglang: { label: "SGLang", url: here(30_000), key: "optional" },
  custom: { label: "Another server", url: "", key: "optional" },
} as const satisfies Readonly<Record<string, Preset>>;

export type RemoteProvider = keyof typeof presets;

/** The model that ships with Heddle: no server and no key. */
export const builtIn = "built-in";

export const providers = [builtIn, ...Object.keys(presets)] as const;

export function presetOf(provider: string): Preset | undefined {
  const known: Readonly<Record<string, Preset>> = presets;
  return Object.hasOwn(known, provider) ? known[provider] : undefined;
}

/** What is asked at the server: the preset's address unless another is written. No slash at the end. */
export function addressOf({ provider, base_url: written }: { provider: string; base_url: string }): string {
  return (written || (presetOf(provider)?.url ?? "")).replace(/\/+$/, "");
}
