// Decoding while tokens arrive one by one: text is given out only when no later token can change it, so never half a
// character. The last tokens stay as context, since some decoders treat the first token of a text differently.

export interface StreamDecoder {
  /** Text that `id` completes; empty while a character is still unfinished. */
  push(id: number): string;
  /** What is left at the end; unfinished bytes as U+FFFD. */
  end(): string;
}

/** Tokens that are held back at most: the longest character has four bytes, the rest is garbage already. */
const HELD_AT_MOST = 16;

export function streamDecoder(decode: (ids: readonly number[]) => string): StreamDecoder {
  // Tokens of the window: those up to `given` are already given out, as `givenText`.
  let window: number[] = [];
  let given = 0;
  let givenText = "";
  return {
    push(id) {
      window.push(id);
      const text = decode(window);
      const isHeld = text.endsWith("\ufffd") && window.length - given < HELD_AT_MOST;
      if (isHeld || text.length <= givenText.length) return "";
      const fresh = text.slice(givenText.length);
      window = window.slice(given);
      given = window.length;
      givenText = decode(window);
      return fresh;
    },
    end() {
      const fresh = decode(window).slice(givenText.length);
      window = [];
      given = 0;
      givenText = "";
      return fresh;
    },
  };
}
