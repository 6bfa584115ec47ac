// Secrets at rest: AES-256-GCM under a key that lies in a file of its own, outside the database, for this user's eyes only.
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { ifPresent } from "../absent.ts";

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

export interface Cipher {
  /** Base64 of nonce, tag and ciphertext. `place` is authenticated: what is sealed for one place opens at no other. */
  seal(value: string, place: string): string;
  /** Throws where the key is another, or the text was changed. */
  open(sealed: string, place: string): string;
}

/** `file`: made with a random key by the first seal. */
export function cipherWith(file: string): Cipher {
  function readKey(): Buffer | undefined {
    const status = ifPresent(() => statSync(file));
    if (status === undefined) return undefined;
    if (process.platform !== "win32" && (status.mode & 0o077) !== 0)
      throw new Error(`${file}: other users can read this key: chmod 600 it, and replace the secrets that it protects`);
    const key = Buffer.from(readFileSync(file, "utf8").trim(), "base64");
    if (key.length !== keyBytes) throw new Error(`${file}: is no key of ${keyBytes} bytes: put the right file back`);
    return key;
  }

  function makeKey(): Buffer {
    const key = randomBytes(keyBytes);
    writeFileSync(file, `${key.toString("base64")}\n`, { mode: 0o600, flag: "wx", flush: true });
    return key;
  }

  return {
    seal(value, place) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", readKey() ?? makeKey(), nonce).setAAD(Buffer.from(place));
      const text = Buffer.concat([cipher.update(value, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64");
    },
    open(sealed, place) {
      const key = readKey();
      if (key === undefined) throw new Error(`${file}: the key is not there: put it back, or set the secret again`);
      const bytes = Buffer.from(sealed, "base64");
      const tagEnd = nonceBytes + tagBytes;
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(nonceBytes, tagEnd));
      return Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()]).toString("utf8");
    },
  };
}
