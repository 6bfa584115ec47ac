// The language model that ships with Heddle, as files to read: by path in Node, by address in a page (Vite copies each file that is
// named here, under a name of its own). Naming them also makes their content part of what imports this.

/** File name → where it is. */
export const files: Readonly<Record<string, URL>> = {
  "config.json": new URL("../language-model/config.json", import.meta.url),
  "generation_config.json": new URL("../language-model/generation_config.json", import.meta.url),
  "model.safetensors": new URL("../language-model/model.safetensors", import.meta.url),
  "tokenizer.json": new URL("../language-model/tokenizer.json", import.meta.url),
  "tokenizer_config.json": new URL("../language-model/tokenizer_config.json", import.meta.url),
};

/** The folder they lie in; Node only. */
export const folder: URL = new URL(/* @vite-ignore */ "../language-model/", import.meta.url);
