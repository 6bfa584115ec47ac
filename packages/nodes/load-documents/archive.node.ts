// Zip archives (Word and EPUB files are some), read under caps: rule 8 of what the product must survive. Names that lead out of the
// archive, links, encrypted entries, too many entries and too much expansion are refused before and while they are inflated.
import { fromBufferPromise, type Entry, type ZipFile } from "yauzl";
import { Unreadable } from "./document.ts";

const mostEntries = 10_000;
/** Bytes that all entries may have when inflated: 100 times the archive, at least the first and at most the second figure. */
const leastExpansion = 64 << 20;
const mostExpansion = 512 << 20;
const mostRatio = 100;

export interface Archive {
  has(name: string): boolean;
  /** Throws Unreadable where there is no such entry. */
  read(name: string): Promise<Uint8Array>;
  text(name: string): Promise<string>;
}

export async function openArchive(bytes: Uint8Array): Promise<Archive> {
  const most = Math.min(mostExpansion, Math.max(leastExpansion, bytes.length * mostRatio));
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const zip = await inWords(fromBufferPromise(buffer, { autoClose: false }));
  const entries = await inWords(entriesOf(zip, most, bytes.length));
  let inflated = 0;
  async function read(name: string): Promise<Uint8Array> {
    const entry = entries.get(name);
    if (!entry) throw new Unreadable(`the archive lacks ${name}; it is damaged or no such document`);
    const chunks: Uint8Array[] = [];
    const stream = await inWords(zip.openReadStreamPromise(entry));
    await inWords(
      (async () => {
        for await (const chunk of stream) {
          inflated += chunk.length;
          // What the directory says of sizes may be a lie.
          if (inflated > most) throw new Unreadable(bomb(inflated, bytes.length));
          chunks.push(chunk);
        }
      })(),
    );
    return Buffer.concat(chunks);
  }
  return {
    has: (name) => entries.has(name),
    read,
    text: async (name) => new TextDecoder().decode(await read(name)),
  };
}

async function entriesOf(zip: ZipFile, most: number, size: number): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  let total = 0;
  let count = 0;
  for await (const entry of zip.eachEntry()) {
    total += entry.uncompressedSize;
    if (++count > mostEntries) throw new Unreadable(`the archive has more than ${mostEntries} entries; it is refused`);
    if (total > most) throw new Unreadable(bomb(total, size));
    if (((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000) {
      throw new Unreadable(`the archive holds a link (${entry.fileName}); it is refused`);
    }
    if (entry.isEncrypted()) throw new Unreadable("the archive is encrypted; save the document without a password");
    entries.set(entry.fileName, entry);
  }
  return entries;
}

function bomb(inflated: number, size: number): string {
  const mb = Math.round(inflated / (1 << 20));
  return `the archive would unpack to ${mb} MB or more from ${Math.ceil(size / 1024)} kB, as a zip bomb does; it is refused`;
}

/** yauzl's and zlib's errors as half a sentence. */
async function inWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Unreadable || !(error instanceof Error)) throw error;
    const leads = /relative path|absolute path|invalid characters in fileName/.test(error.message);
    const reason = leads
      ? `the archive has an entry that leads out of it (${error.message}); it is refused`
      : `the zip archive is broken or cut short (${error.message.replace(/\.$/, "")})`;
    throw new Unreadable(reason, { cause: error });
  }
}
