// In a browser: the built-in model, from the files that ship with the page. Folders and the Hub need the runtime.
import { files as builtin } from "@heddle/builtin/language-model";
import { memorySource } from "@heddle/onnx/file-source";
import { NeedsRuntime, type WholeRun } from "@heddle/schema/node";
import { describeFolder, withChatTemplate } from "./model-folder.ts";
import type { Params } from "./spec.ts";

async function fetchFile(url: URL, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url.pathname}: status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function sha256(content: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(content))).toHex();
}

export const run: WholeRun<Params> = async ({ params, signal, outFiles }) => {
  const { path, repo, chat_template: template } = params;
  if (path || repo !== undefined)
    throw new NeedsRuntime("a model from a folder or the Hub is loaded by the runtime: run it once");
  const fetched = Object.entries(builtin).map(async ([name, url]) => [name, await fetchFile(url, signal)] as const);
  const contents = Object.fromEntries(await Promise.all(fetched));
  const source = withChatTemplate(memorySource(contents), template);
  const folder = await describeFolder(source, async (name) => sha256(await source.read(name)), template);
  const model = outFiles("model", folder.model);
  const tokenizer = outFiles("tokenizer", folder.tokenizerFacets);
  for (const name of folder.files) await model.write(name, await source.read(name));
  for (const name of folder.tokenizerFiles) await tokenizer.write(name, await source.read(name));
};
