import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { modelFingerprint } from "./model-fingerprint.ts";

const files = [
  { path: "model.safetensors", digest: "b".repeat(64) },
  { path: "config.json", digest: "a".repeat(64) },
  { path: "tokenizer.json", digest: "c".repeat(64) },
];

test("it is the SHA-256 of sha256sum's lines over config and weights", async () => {
  const lines = `${"a".repeat(64)}  config.json\n${"b".repeat(64)}  model.safetensors\n`;
  expect(await modelFingerprint(files)).toBe(createHash("sha256").update(lines).digest("hex"));
});

test("neither order nor tokenizer changes it; a weight file's content or name does", async () => {
  const fingerprint = await modelFingerprint(files);
  expect(await modelFingerprint(files.toReversed())).toBe(fingerprint);
  expect(await modelFingerprint(files.slice(0, 2))).toBe(fingerprint);
  const [weights, ...others] = files;
  expect(await modelFingerprint([{ ...weights!, digest: "d".repeat(64) }, ...others])).not.toBe(fingerprint);
  expect(await modelFingerprint([{ ...weights!, path: "model-00001-of-00001.safetensors" }, ...others])).not.toBe(
    fingerprint,
  );
});
