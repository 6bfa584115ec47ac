// What makes the vectors of two embedders comparable: the bytes of weights, config and tokenizer, and how states are pooled. Prompts
// are not among it: they differ between queries and documents of one index.
import type { FileSource } from "@heddle/onnx/file-source";
import { isModelContent } from "@heddle/onnx/model-fingerprint";
import { sha256 } from "@heddle/schema/canonical";
import type { EmbedderLayout } from "./embedder-layout.ts";

const without = new Set(["config_sentence_transformers.json"]);

function decides(path: string, layout: EmbedderLayout): boolean {
  if (without.has(path)) return false;
  return isModelContent(path) || path.endsWith("tokenizer.json") || layout.files.includes(path);
}

/** SHA-256 over the digests of the files that decide, in the manner of `sha256sum`; all files of the folder may be given. */
export function fingerprintOfFiles(
  files: readonly { readonly path: string; readonly digest: string }[],
  layout: EmbedderLayout,
): string {
  const lines = files.filter(({ path }) => decides(path, layout)).map(({ path, digest }) => `${digest}  ${path}\n`);
  return sha256(lines.sort().join(""));
}

/** The same, reading every file that decides. */
export async function embedderFingerprint(folder: FileSource, layout: EmbedderLayout): Promise<string> {
  const files = (await folder.list()).filter(({ path }) => decides(path, layout));
  const digests: { path: string; digest: string }[] = [];
  for (const { path } of files) {
    const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(await folder.read(path)));
    digests.push({ path, digest: new Uint8Array(digest).toHex() });
  }
  return fingerprintOfFiles(digests, layout);
}
