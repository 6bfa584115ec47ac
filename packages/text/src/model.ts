// What every tokenizer model (BPE, WordPiece, Unigram, WordLevel) offers to the tokenizer.

import type { TokenList } from "./token-list.ts";
import type { WordScanner } from "./word-scanner.ts";

export interface TokenizerModel {
  /** Appends the tokens of one word. */
  encodeWord(word: string, out: TokenList): void;
  /** Whether `encodeWord` reads the UTF-8 bytes of the word, so that lengths count bytes. */
  readsBytes: boolean;
  /** Cuts a text that no pre-tokenizer has cut, where no token can reach across; absent where that cannot be known. */
  scanner?: WordScanner;
}
