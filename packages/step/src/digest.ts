// The content digest of a value in memory.
import type { Batch } from "@heddle/schema/batch";
import { canonicalJson, sha256 } from "@heddle/schema/canonical";
import type { PortType } from "@heddle/schema/type";
import { cell } from "./cell.ts";
import type { Held } from "./memory.ts";

/** Lines of JSON, column by column: equal rows give equal text however they are cut into batches. */
function* columnsAsJson(type: PortType, batches: readonly Batch[]): Generator<string> {
  if (type.kind !== "rows") return;
  for (const [name, columnType] of Object.entries(type.schema.columns)) {
    yield JSON.stringify(name);
    for (const { columns } of batches) {
      const column = columns[name]!;
      for (let row = 0; row < column.length; row++) yield JSON.stringify(cell(columnType, column.at(row)));
    }
  }
}

/** Of rows and reports by what they hold; of files by `origin`, what made them: hashing weights would take longer than reading them. */
export async function digestHeld(held: Held, origin: string): Promise<string> {
  if (held.files !== undefined) return hash(origin);
  const content =
    held.report === undefined
      ? [...columnsAsJson(held.type, held.batches ?? [])].join("\n")
      : canonicalJson(held.report);
  return hash(`${canonicalJson(held.type)}\n${content}`);
}

/** Below this many characters a hash is made sooner than another thread can be asked for it. */
const short = 1 << 18;

/** Long texts by the browser's own SHA-256 where there is one: it needs a secure context. */
async function hash(text: string): Promise<string> {
  const { subtle } = globalThis.crypto;
  if (subtle === undefined || text.length < short) return sha256(text);
  return new Uint8Array(await subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}
