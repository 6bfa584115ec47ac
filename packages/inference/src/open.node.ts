// Opens a model folder on the engine that its files ask for.

import { openGgufModel } from "./gguf-model.node.ts";
import type { LanguageModel, ModelFolder, OpenOptions } from "./language-model.ts";
import { openOnnxModel } from "./onnx-model.ts";

/**
 * A GGUF file runs on llama.cpp, a safetensors folder on the onnx engine. Dispose the model to free its memory.
 * @throws Error naming what is missing or cannot be read
 */
export async function openLanguageModel(folder: ModelFolder, options: OpenOptions = {}): Promise<LanguageModel> {
  const files = await folder.list();
  const gguf = files.find(({ path }) => path.endsWith(".gguf"));
  return gguf === undefined ? openOnnxModel(folder, options) : openGgufModel(folder, gguf.path, options);
}
