// Tokenizer speed on one thread: ours against @huggingface/tokenizers in the same run, on Tiny Shakespeare (English, 1.1 MB).

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { loadTokenizer } from "../../packages/text/src/tokenizer.ts";

export const title = "tokenizer MB/s, one thread";

const assets = resolve(import.meta.dirname, "../../../shared/assets");
const tokenizers = {
  "GPT-2 (byte-level BPE)": "derived/gpt2-tokenizer/tokenizer.json",
  "Llama 2 (sentencepiece BPE)": "tokenizers/json/llama-test-tokenizer.json",
  "BERT (WordPiece)": "tokenizers/json/bert-base-uncased.json",
};

/** Seconds of CPU of the fastest of `rounds` calls. */
function fastest(rounds: number, work: () => void): number {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1e6);
  }
  return best;
}

export function run(): Promise<void> {
  const corpus = resolve(assets, "text/tinyshakespeare/input.txt");
  if (!existsSync(corpus)) {
    console.log("skipped: ../shared/assets is not beside the checkout");
    return Promise.resolve();
  }
  const text = readFileSync(corpus, "utf8");
  const megabytes = Buffer.byteLength(text) / 1e6;
  // Documents, as a dataset has them.
  const documents = text.split("\n\n");
  const rows = Object.entries(tokenizers).map(([name, path]) => {
    const file: object = JSON.parse(readFileSync(resolve(assets, path), "utf8"));
    const ours = loadTokenizer({ tokenizer: file });
    const library = new LibraryTokenizer(file, {});
    let tokens = 0;
    const cold = fastest(1, () => {
      for (const document of documents) tokens += ours.encode(document).ids.length;
    });
    const warm = fastest(5, () => {
      for (const document of documents) ours.encode(document);
    });
    const offsets = fastest(2, () => {
      for (const document of documents) ours.encode(document, { offsets: true });
    });
    const theirs = fastest(1, () => {
      for (const document of documents) library.encode(document);
    });
    const { ids } = ours.encode(text);
    const decoded = fastest(3, () => ours.decode(ids));
    return {
      tokenizer: name,
      tokens,
      "first pass": (megabytes / cold).toFixed(2),
      best: (megabytes / warm).toFixed(2),
      "with offsets": (megabytes / offsets).toFixed(2),
      "@huggingface/tokenizers": (megabytes / theirs).toFixed(2),
      decode: (megabytes / decoded).toFixed(2),
    };
  });
  console.table(rows);
  return Promise.resolve();
}
