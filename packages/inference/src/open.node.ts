// Opens a model folder on the engine that its files ask for. An engine is loaded with its first model: each takes up to a
// second to load, and most processes need only one.

import type { LanguageModel, ModelFolder, OpenOptions } from "./language-model.ts";

/**
 * A GGUF file runs on llama.cpp, a safetensors folder on the onnx engine. Dispose the model to free its memory.
 * @throws Error naming what is missing or cannot be read
 */
export async function openLanguageModel(folder: ModelFolder, options: OpenOptions = {}): Promise<LanguageModel> {
  const files = await folder.list();
  const gguf = files.find(({ path }) => path.endsWith(".gguf"));
  if (gguf === undefined) {
    const { openOnnxModel } = await import("./onnx-model.ts");
    return openOnnxModel(folder, options);
  }
  const { openGgufModel } = await import("./gguf-model.node.ts");
  return openGgufModel(folder, gguf.path, options);
}
