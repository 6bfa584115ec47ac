// Byte-pair merging (Sennrich et al. 2016) over words of any symbols: the pair counted most often is merged first, and of equally
// frequent pairs the one with the smaller ids.

/** Tokens by id and ids by token. */
export interface Vocabulary {
  tokens: string[];
  ids: Map<string, number>;
}

export interface MergeOptions {
  readonly vocabularySize: number;
  readonly minFrequency?: number | undefined;
  /** Ids of a word's first symbols. */
  spell(word: string): number[];
  /** The token that two symbols become. */
  join(left: string, right: string): string;
  onProgress?: ((done: number, total: number) => void) | undefined;
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

/** Adds what is merged to the vocabulary, until that has the wanted size or the words offer no more. */
export function learnMerges(
  wordCounts: ReadonlyMap<string, number>,
  vocabulary: Vocabulary,
  options: MergeOptions,
): [string, string][] {
  const training = startTraining(wordCounts, options.spell);
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
    const token = options.join(tokens[left]!, tokens[right]!);
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

function startTraining(wordCounts: ReadonlyMap<string, number>, spell: MergeOptions["spell"]): Training {
  const training: Training = { words: [], counts: [], pairs: new Map(), queue: [] };
  const where = new Map<Pair, Set<number>>();
  for (const [text, count] of wordCounts) {
    const word = spell(text);
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
