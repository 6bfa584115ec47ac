// Training of a byte-level BPE vocabulary (Sennrich et al. 2016; byte alphabet of GPT-2). Merges, ids and ties are those of
// Hugging Face tokenizers' BpeTrainer with a ByteLevel pre-tokenizer: the pair counted most often is merged first, and of
// equally frequent pairs the one with the smaller ids.

import { byteCharacters, writeUtf8 } from "./byte-alphabet.ts";
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
      const merges = learnMerges(counts, vocabulary, options);
      return { tokenizer: tokenizerFile(vocabulary, merges, specialTokens, options), config: configFile(options) };
    },
  };
}

/** Tokens by id and ids by token. */
interface Vocabulary {
  tokens: string[];
  ids: Map<string, number>;
}

function initialVocabulary(specialTokens: readonly string[]): Vocabulary {
  const alphabet = [...byteCharacters].sort((a, b) => a.charCodeAt(0) - b.charCodeAt(0));
  const tokens = [...new Set([...specialTokens, ...alphabet])];
  return { tokens, ids: new Map(tokens.map((token, id) => [token, id])) };
}

function countWords(text: string, counts: Map<string, number>): void {
  for (let start = 0; start < text.length;) {
    const end = scanGpt2(text, start);
    const word = text.slice(start, end);
    counts.set(word, (counts.get(word) ?? 0) + 1);
    start = end;
  }
}

/** A pair of neighbouring symbols, how often it stands in the text (words weighted by their counts), and where. */
interface Pair {
  left: number;
  right: number;
  count: number;
}

/** An entry of the queue. `count` may be stale: it is compared with the pair's when the entry is taken. */
interface Candidate {
  pair: Pair;
  count: number;
  words: Set<number>;
}

interface Training {
  words: number[][];
  counts: number[];
  pairs: Map<number, Pair>;
  queue: Candidate[];
}

/** Pairs are keyed by one number: a vocabulary stays below 2^26 entries, so the key is a safe integer. */
const KEY_BASE = 2 ** 26;

function learnMerges(
  wordCounts: Map<string, number>,
  vocabulary: Vocabulary,
  options: BpeTrainerOptions,
): [string, string][] {
  const training = startTraining(wordCounts, vocabulary);
  const { tokens, ids } = vocabulary;
  const merges: { left: number; right: number }[] = [];
  const minFrequency = Math.max(1, options.minFrequency ?? 0);
  while (tokens.length < options.vocabularySize) {
    const best = takeBest(training.queue);
    if (best === undefined) break;
    if (best.count !== best.pair.count) {
      best.count = best.pair.count;
      addCandidate(training.queue, best);
      continue;
    }
    if (best.count < minFrequency) break;
    const { left, right } = best.pair;
    const token = tokens[left]! + tokens[right]!;
    let id = ids.get(token);
    if (id === undefined) {
      id = tokens.length;
      tokens.push(token);
      ids.set(token, id);
    }
    merges.push({ left, right });
    applyMerge(training, best, id);
    if (tokens.length % 64 === 0) options.onProgress?.(tokens.length, options.vocabularySize);
  }
  options.onProgress?.(tokens.length, options.vocabularySize);
  return ranked(merges).map(({ left, right }) => [tokens[left]!, tokens[right]!]);
}

/** A pair can come up a second time when two splits give one token; its last rank counts. */
function ranked(merges: { left: number; right: number }[]): { left: number; right: number }[] {
  const lastRank = new Map(merges.map(({ left, right }, rank) => [left * KEY_BASE + right, rank]));
  return merges.filter(({ left, right }, rank) => lastRank.get(left * KEY_BASE + right) === rank);
}

function startTraining(wordCounts: Map<string, number>, vocabulary: Vocabulary): Training {
  const byteIds = byteCharacters.map((character) => vocabulary.ids.get(character)!);
  const training: Training = { words: [], counts: [], pairs: new Map(), queue: [] };
  const where = new Map<Pair, Set<number>>();
  for (const [text, count] of wordCounts) {
    const bytes = new Uint8Array(text.length * 3);
    const length = writeUtf8(text, bytes);
    const word = Array.from(bytes.subarray(0, length), (byte) => byteIds[byte]!);
    const index = training.words.push(word) - 1;
    training.counts.push(count);
    for (let i = 0; i + 1 < word.length; i++) changePair(training, where, word[i]!, word[i + 1]!, count, index);
  }
  enqueue(training, where);
  return training;
}

/** Adds `change` to a pair's count; a word in which it newly stands is noted in `where`. */
function changePair(
  training: Training,
  where: Map<Pair, Set<number>>,
  left: number,
  right: number,
  change: number,
  word: number,
): void {
  const key = left * KEY_BASE + right;
  let pair = training.pairs.get(key);
  if (pair === undefined) training.pairs.set(key, (pair = { left, right, count: 0 }));
  pair.count += change;
  if (change <= 0) return;
  const words = where.get(pair);
  if (words === undefined) where.set(pair, new Set([word]));
  else words.add(word);
}

function enqueue(training: Training, where: Map<Pair, Set<number>>): void {
  for (const [pair, words] of where) {
    if (pair.count > 0) addCandidate(training.queue, { pair, count: pair.count, words });
  }
}

function applyMerge(training: Training, { pair: { left, right }, words }: Candidate, id: number): void {
  const where = new Map<Pair, Set<number>>();
  for (const index of words) {
    const word = training.words[index]!;
    const count = training.counts[index]!;
    // The word is rewritten in place: `out` follows `at`, and symbols before `out` are already merged.
    let out = 0;
    for (let at = 0; at < word.length; at++, out++) {
      if (word[at] !== left || at + 1 >= word.length || word[at + 1] !== right) {
        word[out] = word[at]!;
        continue;
      }
      if (out > 0) {
        changePair(training, where, word[out - 1]!, left, -count, index);
        changePair(training, where, word[out - 1]!, id, count, index);
      }
      if (at + 2 < word.length) {
        changePair(training, where, right, word[at + 2]!, -count, index);
        changePair(training, where, id, word[at + 2]!, count, index);
      }
      word[out] = id;
      at++;
    }
    word.length = out;
  }
  enqueue(training, where);
}

function isBefore(a: Candidate, b: Candidate): boolean {
  if (a.count !== b.count) return a.count > b.count;
  return a.pair.left !== b.pair.left ? a.pair.left < b.pair.left : a.pair.right < b.pair.right;
}

/** Binary heap, best candidate first. */
function addCandidate(heap: Candidate[], candidate: Candidate): void {
  let at = heap.push(candidate) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(candidate, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = candidate;
}

function takeBest(heap: Candidate[]): Candidate | undefined {
  const best = heap[0];
  const last = heap.pop();
  if (best === undefined || last === undefined || heap.length === 0) return best;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return best;
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
