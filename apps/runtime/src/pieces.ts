// The text of single tokens, so that token columns can be drawn: read from the tokenizer.json of any artifact that carries the
// column's tokenizer.
import { readPieces } from "@heddle/step/pieces";
import type { Records } from "./database/records.ts";
import type { Store } from "./store.ts";

/** Piece by token id, or undefined where no artifact with that tokenizer is known. */
export type Pieces = (fingerprint: string) => Promise<readonly (string | undefined)[] | undefined>;

export function piecesFrom(store: Store, records: () => Promise<Records>): Pieces {
  const known = new Map<string, readonly (string | undefined)[]>();
  return async (fingerprint) => {
    const before = known.get(fingerprint);
    if (before) return before;
    for (const digest of await (await records()).artifactsWithTokenizer(fingerprint)) {
      const file = (await store.manifest(digest))?.files?.find(({ path }) => path === "tokenizer.json");
      if (file === undefined) continue;
      const found = readPieces(JSON.parse(new TextDecoder().decode(await store.read(file.digest))));
      known.set(fingerprint, found);
      return found;
    }
    return undefined;
  };
}
