// The 260,000-parameter story model of the test assets in the shapes that tests need: as it is, with a chat template, as GGUF.

import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createFile } from "@heddle/gguf/file.node";
import { convertModel } from "@heddle/gguf/from-huggingface";
import { readConvertibleModel } from "@heddle/inference/convertible-model";
import { directorySource } from "@heddle/onnx/directory.node";

/** A safetensors folder; absent on machines without the test assets. */
export const storyFolder = resolve(import.meta.dirname, "../../shared/assets/derived/stories260K-hf");
export const hasStories = existsSync(storyFolder);

export type StoryGolden = {
  readonly greedy: { readonly bos_only_200_steps_text: string };
  readonly logprob: { readonly expected_story: { readonly ids: readonly number[]; readonly mean_nll: number } };
};

export function storyGolden(): StoryGolden {
  return JSON.parse(readFileSync(join(storyFolder, "golden.json"), "utf8"));
}

/** A copy in `target` whose tokenizer has the chat template. */
export function storyWithTemplate(target: string, template: string): string {
  cpSync(storyFolder, target, { recursive: true });
  const name = "tokenizer_config.json";
  const config: object = JSON.parse(readFileSync(join(storyFolder, name), "utf8"));
  // The copy is read-only like the original, so it is replaced rather than written to.
  rmSync(join(target, name), { force: true });
  writeFileSync(join(target, name), JSON.stringify({ ...config, chat_template: template }));
  return target;
}

/** Writes `from`, a safetensors folder, as `target`/model.gguf in float32. */
export async function asGguf(from: string, target: string): Promise<string> {
  await using sink = await createFile(join(target, "model.gguf"));
  await convertModel(await readConvertibleModel(directorySource(from)), "F32", sink);
  return target;
}
