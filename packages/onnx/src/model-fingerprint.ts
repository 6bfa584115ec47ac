// What makes two models the same: the bytes of their weights and config. Tokenizer and chat template have facets of their own.

/** Lower-case hex of SHA-256. */
async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}

/** Whether a file decides what a model computes. */
export function isModelContent(path: string): boolean {
  return path === "config.json" || path.endsWith(".safetensors") || path.endsWith(".gguf");
}

/**
 * The `fingerprint` facet of a model folder: SHA-256 over its content files, in the manner of `sha256sum`.
 * `digest`: SHA-256 of the file in hex. Files that decide nothing are left out, so all may be given.
 */
export function modelFingerprint(files: readonly { path: string; digest: string }[]): Promise<string> {
  const lines = files
    .filter(({ path }) => isModelContent(path))
    .map(({ path, digest }) => `${digest}  ${path}\n`)
    .sort();
  return sha256(lines.join(""));
}
