// The static embedder that ships with Heddle; see embedder/README.md. Files as in language-model.ts.

/** File name → where it is. */
export const files: Readonly<Record<string, URL>> = {
  "config.json": new URL("../embedder/config.json", import.meta.url),
  "model.safetensors": new URL("../embedder/model.safetensors", import.meta.url),
  "modules.json": new URL("../embedder/modules.json", import.meta.url),
  "tokenizer.json": new URL("../embedder/tokenizer.json", import.meta.url),
};
