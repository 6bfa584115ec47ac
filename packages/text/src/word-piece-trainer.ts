// Training of a WordPiece vocabulary as BERT's: words without their spaces, small letters, pieces inside a word marked with ##. The pieces
// are found by merging, as Hugging Face tokenizers' WordPieceTrainer does.

import { alignedFrom } from "./aligned-text.ts";
import type { TrainedTokenizer } from "./bpe-trainer.ts";
import { learnMerges, type Vocabulary } from "./merges.ts";
import { readNormalizer } from "./normalizer.ts";
import { readPreTokenizer } from "./pre-tokenizer.ts";

export interface WordPieceTrainerOptions {
  /** Special tokens, characters and merges. */
  readonly vocabularySize: number;
  /** Pairs and characters that the texts hold less often are left out. */
  readonly minFrequency: number;
  readonly lowercase: boolean;
  onProgress?(done: number, total: number): void;
}

const prefix = "##";
const [pad, unknown] = ["[PAD]", "[UNK]"];
const longestWord = 100;

/** Takes texts one by one; only their distinct words are kept. */
export function openWordPieceTrainer(options: WordPieceTrainerOptions) {
  const normalizer = {
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: options.lowercase,
  };
  const preTokenizer = { type: "BertPreTokenizer" };
  const normalize = readNormalizer(normalizer);
  const { split } = readPreTokenizer(preTokenizer);
  const counts = new Map<string, number>();
  return {
    add(text: string): void {
      const aligned = alignedFrom(text, 0, false);
      for (const { text: word } of split([normalize ? normalize(aligned) : aligned])) {
        if (word.length <= longestWord) counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    },
    finish(): TrainedTokenizer {
      const vocabulary = alphabet(counts, options.minFrequency);
      if (vocabulary.tokens.length > options.vocabularySize) {
        throw new Error(
          `train tokenizer: vocabulary size ${options.vocabularySize} is too small for the ${vocabulary.tokens.length} characters of the texts; give more, or raise min_frequency`,
        );
      }
      const known = [...counts].filter(([word]) => [...word].every((_, i, all) => vocabulary.ids.has(piece(all, i))));
      const spell = (word: string) => [...word].map((_, i, all) => vocabulary.ids.get(piece(all, i))!);
      learnMerges(new Map(known), vocabulary, { ...options, spell, join });
      return { tokenizer: file(vocabulary, normalizer, preTokenizer), config };
    },
  };
}

function join(left: string, right: string): string {
  return left + right.slice(prefix.length);
}

/** The character at `i` of a word, as its first piece or one inside it. */
function piece(characters: readonly string[], i: number): string {
  return (i === 0 ? "" : prefix) + characters[i]!;
}

function alphabet(counts: ReadonlyMap<string, number>, minFrequency: number): Vocabulary {
  const seen = new Map<string, number>();
  for (const [word, count] of counts) {
    [...word].forEach((_, i, all) => seen.set(piece(all, i), (seen.get(piece(all, i)) ?? 0) + count));
  }
  const pieces = [...seen].filter(([, count]) => count >= minFrequency).map(([text]) => text);
  const tokens = [pad, unknown, ...pieces.sort()];
  return { tokens, ids: new Map(tokens.map((token, id) => [token, id])) };
}

const config = { tokenizer_class: "PreTrainedTokenizerFast", pad_token: pad, unk_token: unknown };

function file(vocabulary: Vocabulary, normalizer: object, preTokenizer: object): Record<string, unknown> {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [pad, unknown].map((content, id) => ({ id, content, ...flags })),
    normalizer,
    pre_tokenizer: preTokenizer,
    post_processor: null,
    decoder: { type: "WordPiece", prefix, cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: unknown,
      continuing_subword_prefix: prefix,
      max_input_chars_per_word: longestWord,
      vocab: Object.fromEntries(vocabulary.ids),
    },
  };
}
