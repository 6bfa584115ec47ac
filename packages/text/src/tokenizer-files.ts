// The tokenizer that a model or tokenizer folder carries, from whichever of the usual files are there.
import { loadSentencePiece } from "./sentencepiece.ts";
import { loadTokenizer, type Tokenizer } from "./tokenizer.ts";

/** A folder as nodes see it. */
export interface TokenizerFolder {
  list(): Promise<readonly { path: string; size: number }[]>;
  read(path: string): Promise<Uint8Array>;
}

/** Files beside the weights that a tokenizer is made of; the first that encodes is enough. */
export const tokenizerFileNames = [
  "tokenizer.json",
  "tokenizer.model",
  "spiece.model",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "chat_template.jinja",
] as const;

/**
 * Reads tokenizer.json with what stands beside it, or else a SentencePiece model.
 * Throws one line where neither is there or a file is not what it should be.
 */
export async function readTokenizer(folder: TokenizerFolder): Promise<Tokenizer> {
  const present = new Set((await folder.list()).map(({ path }) => path));
  const text = async (path: string) => new TextDecoder().decode(await folder.read(path));

  async function json(path: string): Promise<unknown> {
    if (!present.has(path)) return undefined;
    const content = await text(path);
    try {
      return JSON.parse(content);
    } catch (cause) {
      throw new Error(`${path}: not valid JSON; download or export the file again`, { cause });
    }
  }

  const tokenizer = await json("tokenizer.json");
  if (tokenizer === undefined) {
    const pieces = ["tokenizer.model", "spiece.model"].find((path) => present.has(path));
    if (pieces === undefined)
      throw new Error("tokenizer: no tokenizer.json or tokenizer.model; choose a folder that has one");
    return loadSentencePiece(await folder.read(pieces), { config: await json("tokenizer_config.json") });
  }
  const config = await json("tokenizer_config.json");
  const specialTokensMap = await json("special_tokens_map.json");
  const chatTemplate = present.has("chat_template.jinja") ? await text("chat_template.jinja") : undefined;
  return loadTokenizer({
    tokenizer,
    ...(config === undefined ? {} : { config }),
    ...(specialTokensMap === undefined ? {} : { specialTokensMap }),
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
  });
}
