// Opens a model folder in a browser: safetensors on the onnx engine. llama.cpp is not there.
import { NeedsRuntime } from "@heddle/schema/node";
import type { LanguageModel, ModelFolder, OpenOptions } from "./language-model.ts";

/** @throws NeedsRuntime for a GGUF file; Error naming what is missing or cannot be read */
export async function openLanguageModel(folder: ModelFolder, options: OpenOptions = {}): Promise<LanguageModel> {
  const files = await folder.list();
  if (files.some(({ path }) => path.endsWith(".gguf")))
    throw new NeedsRuntime("a GGUF model needs llama.cpp, which runs on the runtime: run it once");
  const { openOnnxModel } = await import("./onnx-model.ts");
  return openOnnxModel(folder, options);
}
