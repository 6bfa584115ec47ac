// Training of a byte-level BPE vocabulary (Sennrich et al. 2016; byte alphabet of GPT-2). Merges, ids and ties are those of
// Hugging Face tokenizers' BpeTrainer with a ByteLevel pre-tokenizer: the pair counted most often is merged first, and of
// equally frequent pairs the one with the smaller ids.

import { byteCharacters, writeUtf8 } from "./byte-alphabet.ts";
import { learnMerges, type Vocabulary } from "./merges.ts";
import { escapeLiteral } from "./pattern.ts";
import { scanGpt2 } from "./word-scanner.ts";

export interface BpeTrainerOptions {
  /** Size of the whole vocabulary: special tokens, 256 bytes and merges. Fewer where the text offers no more pairs. */
  vocabularySize: number;
  /** A pair seen less often is not merged. Default 0: no limit. */
  minFrequency?: number;
  /** Tokens that are never split, in the order of their ids from 0 on. */
  specialTokens?: readonly string[];
  bosToken?: string;
  eosToken?: string;
  padToken?: string;
  unkToken?: string;
  /** Jinja source stored in tokenizer_config.json. */
  chatTemplate?: string;
  modelMaxLength?: number;
  /** Put `bosToken` before every encoded text. Default false. */
  addBos?: boolean;
  /** Told now and then how many of `total` vocabulary entries exist; may throw to stop the training. */
  onProgress?: (done: number, total: number) => void;
}

export interface TrainedTokenizer {
  /** Contents of tokenizer.json. */
  tokenizer: Record<string, unknown>;
  /** Contents of tokenizer_config.json. */
  config: Record<string, unknown>;
}

/** Takes texts one by one, so that a corpus need not lie in memory; only its distinct words are kept. */
export interface BpeTrainer {
  add(text: string): void;
  finish(): TrainedTokenizer;
}

/** Trains on `texts` and gives the two files that Hugging Face tokenizers and transformers load. */
export function trainBpe(texts: Iterable<string>, options: BpeTrainerOptions): TrainedTokenizer {
  const trainer = openBpeTrainer(options);
  for (const text of texts) trainer.add(text);
  return trainer.finish();
}

/** Throws where the options do not go together. Special tokens that stand in a text are not learnt from. */
export function openBpeTrainer(options: BpeTrainerOptions): BpeTrainer {
  const named = [options.unkToken, options.bosToken, options.eosToken, options.padToken];
  const specialTokens = [
    ...new Set([...(options.specialTokens ?? []), ...named.filter((token) => token !== undefined)]),
  ];
  if (specialTokens.includes("")) throw new Error("train tokenizer: a special token is empty, give it a name");
  const smallest = specialTokens.length + 256;
  if (options.vocabularySize < smallest)
    throw new Error(
      `train tokenizer: vocabulary size ${options.vocabularySize} is too small, give at least ${smallest} (256 bytes and ${specialTokens.length} special tokens)`,
    );

  const counts = new Map<string, number>();
  const marks = new RegExp(
    specialTokens
      .toSorted((a, b) => b.length - a.length)
      .map(escapeLiteral)
      .join("|"),
    "u",
  );
  return {
    add: (text) => {
      for (const part of specialTokens.length === 0 ? [text] : text.split(marks)) countWords(part, counts);
    },
    finish: () => {
      const vocabulary = initialVocabulary(specialTokens);
      const merges = learnMerges(counts, vocabulary, {
        ...options,
        spell: byteSpeller(vocabulary),
        join: (a, b) => a + b,
      });
      return { tokenizer: tokenizerFile(vocabulary, merges, specialTokens, options), config: configFile(options) };
    },
  };
}

function initialVocabulary(specialTokens: readonly string[]): Vocabulary {
  const alphabet = [...byteCharacters].sort((a, b) => a.charCodeAt(0) - b.charCodeAt(0));
  const tokens = [...new Set([...specialTokens, ...alphabet])];
  return { tokens, ids: new Map(tokens.map((token, id) => [token, id])) };
}

function byteSpeller({ ids }: Vocabulary): (word: string) => number[] {
  const byteIds = byteCharacters.map((character) => ids.get(character)!);
  return (word) => {
    const bytes = new Uint8Array(word.length * 3);
    const length = writeUtf8(word, bytes);
    return Array.from(bytes.subarray(0, length), (byte) => byteIds[byte]!);
  };
}

function countWords(text: string, counts: Map<string, number>): void {
  for (let start = 0; start < text.length;) {
    const end = scanGpt2(text, start);
    const word = text.slice(start, end);
    counts.set(word, (counts.get(word) ?? 0) + 1);
    start = end;
  }
}

function tokenizerFile(
  vocabulary: Vocabulary,
  merges: [string, string][],
  specialTokens: readonly string[],
  options: BpeTrainerOptions,
): Record<string, unknown> {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor:
      options.addBos === true && options.bosToken !== undefined
        ? bosTemplate(options.bosToken, vocabulary.ids.get(options.bosToken)!)
        : { ...byteLevel, trim_offsets: false },
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary.ids),
      merges,
    },
  };
}

function bosTemplate(token: string, id: number): Record<string, unknown> {
  const bos = { SpecialToken: { id: token, type_id: 0 } };
  const first = { Sequence: { id: "A", type_id: 0 } };
  const second = { Sequence: { id: "B", type_id: 1 } };
  return {
    type: "TemplateProcessing",
    single: [bos, first],
    pair: [bos, first, second],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  };
}

function configFile(options: BpeTrainerOptions): Record<string, unknown> {
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    clean_up_tokenization_spaces: false,
    ...(options.bosToken !== undefined && { bos_token: options.bosToken }),
    ...(options.eosToken !== undefined && { eos_token: options.eosToken }),
    ...(options.padToken !== undefined && { pad_token: options.padToken }),
    ...(options.unkToken !== undefined && { unk_token: options.unkToken }),
    ...(options.modelMaxLength !== undefined && { model_max_length: options.modelMaxLength }),
    ...(options.chatTemplate !== undefined && { chat_template: options.chatTemplate }),
  };
}
