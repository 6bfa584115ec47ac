// The text of single tokens as a tokenizer.json says it, so that token columns can be drawn. Pieces are for looking at; decoding a
// sequence exactly is the tokenizer's work.
import { z } from "zod";

const tokenizerJson = z.object({
  model: z.object({
    vocab: z.union([z.record(z.string(), z.int()), z.array(z.tuple([z.string(), z.number()]))]),
  }),
  added_tokens: z.array(z.object({ id: z.int(), content: z.string() })).default([]),
  pre_tokenizer: z.unknown().optional(),
  decoder: z.unknown().optional(),
});

/** Piece by token id. */
export function readPieces(json: unknown): (string | undefined)[] {
  const { model, added_tokens: added, pre_tokenizer: before, decoder } = tokenizerJson.parse(json);
  const isByteLevel = JSON.stringify([before, decoder]).includes('"ByteLevel"');
  const spelled = isByteLevel ? byteLevelText : (token: string) => token.replaceAll("▁", " ");
  const pieces: (string | undefined)[] = [];
  if (Array.isArray(model.vocab)) model.vocab.forEach(([token], id) => (pieces[id] = spelled(token)));
  else for (const [token, id] of Object.entries(model.vocab)) pieces[id] = spelled(token);
  for (const { id, content } of added) pieces[id] = content;
  return pieces;
}

/** GPT-2's alphabet: printable bytes are themselves, the others the characters from U+0100 on, in byte order. */
const byteOf = new Map<string, number>();
for (let byte = 0, other = 0x100; byte < 256; byte++) {
  const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  byteOf.set(String.fromCharCode(printable ? byte : other++), byte);
}

function byteLevelText(token: string): string {
  const bytes = Array.from(token, (character) => byteOf.get(character));
  if (bytes.includes(undefined)) return token;
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte ?? 0));
}
