// A growing list of token ids with the number of units each covers, in typed arrays.

export interface TokenList {
  ids: Int32Array;
  /** Units that each token covers: bytes where the model reads bytes, else UTF-16 units of the word. */
  lengths: Int32Array;
  size: number;
}

export function newTokenList(capacity = 64): TokenList {
  return { ids: new Int32Array(capacity), lengths: new Int32Array(capacity), size: 0 };
}

/** Makes room for `more` further tokens. */
export function reserve(list: TokenList, more: number): void {
  const needed = list.size + more;
  if (needed <= list.ids.length) return;
  const capacity = Math.max(needed, list.ids.length * 2);
  const ids = new Int32Array(capacity);
  const lengths = new Int32Array(capacity);
  ids.set(list.ids);
  lengths.set(list.lengths);
  list.ids = ids;
  list.lengths = lengths;
}

export function pushToken(list: TokenList, id: number, length: number): void {
  if (list.size === list.ids.length) reserve(list, 1);
  list.ids[list.size] = id;
  list.lengths[list.size++] = length;
}
