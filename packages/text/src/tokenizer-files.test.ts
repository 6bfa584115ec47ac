import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTokenizer, type TokenizerFolder } from "./tokenizer-files.ts";

const assets = join(import.meta.dirname, "../../../../shared/assets");
const stories = join(assets, "derived/stories260K-hf");
const sentencePiece = join(assets, "tokenizers/llama2-sentencepiece/tokenizer.model");

const bytes = (content: string | Uint8Array = "") =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): TokenizerFolder {
  return {
    list: async () => Object.entries(files).map(([path, content]) => ({ path, size: bytes(content).length })),
    read: async (path) => bytes(files[path]),
  };
}

const read = (name: string) => readFileSync(join(stories, name), "utf8");

test("a folder without a tokenizer and one that is no JSON are named", async () => {
  await expect(readTokenizer(folderOf({ "config.json": "{}" }))).rejects.toThrow(
    /no tokenizer\.json or tokenizer\.model/,
  );
  await expect(readTokenizer(folderOf({ "tokenizer.json": "{" }))).rejects.toThrow(/tokenizer\.json: not valid JSON/);
});

test.skipIf(!existsSync(stories))("config and template files count (skipped without ../shared/assets)", async () => {
  const plain = { "tokenizer.json": read("tokenizer.json"), "tokenizer_config.json": read("tokenizer_config.json") };
  const tokenizer = await readTokenizer(folderOf(plain));
  expect(tokenizer.special.bos?.id).toBe(1);
  expect(tokenizer.chatTemplate).toBe(null);
  const chatting = await readTokenizer(folderOf({ ...plain, "chat_template.jinja": "{{ messages }}" }));
  expect(chatting.chatTemplate).toBe("{{ messages }}");
  expect(chatting.fingerprint).toBe(tokenizer.fingerprint);
});

test.skipIf(!existsSync(sentencePiece))(
  "a SentencePiece model stands in for tokenizer.json (skipped without ../shared/assets)",
  async () => {
    const tokenizer = await readTokenizer(folderOf({ "tokenizer.model": new Uint8Array(readFileSync(sentencePiece)) }));
    expect(tokenizer.vocabularySize).toBe(32_000);
    expect(tokenizer.decode(tokenizer.encode("Hello world", { special: false }).ids)).toBe("Hello world");
    // What load-model writes beside the weights then gives the same tokens.
    const converted = await readTokenizer(folderOf({ "tokenizer.json": JSON.stringify(tokenizer.json) }));
    const text = "Straße, 漢字 🙂 and  spaces";
    expect(converted.encode(text).ids).toEqual(tokenizer.encode(text).ids);
  },
);
