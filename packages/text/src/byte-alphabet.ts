// The byte ↔ character table of GPT-2's byte-level BPE: every byte gets a visible character, so that a vocabulary can be
// written as text. Printable Latin-1 bytes stand for themselves, the other 68 follow from U+0100 on.

/** Character of each byte, indexed by byte (256 strings of length 1). */
export const byteCharacters: readonly string[] = buildByteCharacters();

/** Byte of each character code below 0x144, -1 where the code stands for no byte. */
export const bytesByCharacterCode: Int16Array = new Int16Array(0x144).fill(-1);
byteCharacters.forEach((character, byte) => (bytesByCharacterCode[character.charCodeAt(0)] = byte));

function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
}

function buildByteCharacters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++));
}

/**
 * UTF-8 bytes of `text` written into `out` from 0; returns their number. A lone surrogate becomes U+FFFD, as TextEncoder does.
 * `out` must hold 3 bytes per UTF-16 unit.
 */
export function writeUtf8(text: string, out: Uint8Array): number {
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      out[at++] = code;
      continue;
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = i + 1 < text.length ? text.charCodeAt(i + 1) : 0;
      if (code < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
        i++;
        out[at++] = 0xf0 | (code >> 18);
        out[at++] = 0x80 | ((code >> 12) & 0x3f);
        out[at++] = 0x80 | ((code >> 6) & 0x3f);
        out[at++] = 0x80 | (code & 0x3f);
        continue;
      }
      code = 0xfffd;
    }
    if (code < 0x800) out[at++] = 0xc0 | (code >> 6);
    else {
      out[at++] = 0xe0 | (code >> 12);
      out[at++] = 0x80 | ((code >> 6) & 0x3f);
    }
    out[at++] = 0x80 | (code & 0x3f);
  }
  return at;
}
