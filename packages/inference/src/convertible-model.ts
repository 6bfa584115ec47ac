// A Hugging Face folder as the GGUF converter reads it.

import type { HuggingFaceModel } from "@heddle/gguf/from-huggingface";
import { readJson } from "@heddle/onnx/file-source";
import { openSafetensors } from "@heddle/onnx/safetensors";
import type { ModelFolder } from "./language-model.ts";

/**
 * Reads config, tokenizer and the weights' headers; the weights themselves are read as they are asked for.
 * @throws Error naming the file that is missing or not what it should be
 */
export async function readConvertibleModel(folder: ModelFolder): Promise<HuggingFaceModel> {
  const present = new Set((await folder.list()).map(({ path }) => path));
  const json = async (path: string): Promise<unknown> => (present.has(path) ? readJson(folder, path) : undefined);
  const template = "chat_template.jinja";
  const tokenizer = await json("tokenizer.json");
  const weights = await openSafetensors(folder);
  return {
    config: await json("config.json"),
    weights: {
      names: () => weights.names,
      shape: (name) => weights.info(name).shape,
      float32: (name) => weights.float32(name),
    },
    ...(tokenizer !== undefined && {
      tokenizer: {
        tokenizer,
        config: await json("tokenizer_config.json"),
        generation: await json("generation_config.json"),
        ...(present.has(template) && { chatTemplate: new TextDecoder().decode(await folder.read(template)) }),
      },
    }),
  };
}
