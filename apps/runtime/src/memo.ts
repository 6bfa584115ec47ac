// What was learnt about outside sources and still holds: small texts under a name that says all they depend on.
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { factRecord } from "@heddle/schema/api";
import { digestOf } from "@heddle/schema/canonical";
import type { Fact } from "@heddle/schema/node";
import { present } from "./absent.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function placeOf(memo: string, name: string): string {
  const hashed = sha256(name);
  return join(memo, hashed.slice(0, 2), hashed);
}

export async function recall(memo: string, name: string): Promise<string | undefined> {
  return present(readFile(placeOf(memo, name), "utf8"));
}

export async function remember(memo: string, name: string, text: string): Promise<void> {
  const place = placeOf(memo, name);
  await mkdir(dirname(place), { recursive: true });
  // Two nodes may look at one source at the same time.
  const partial = `${place}.${randomUUID()}`;
  await writeFile(partial, text);
  await rename(partial, place);
}

/** A whole content hash, SHA-1 or SHA-256: what it names cannot become something else. */
const fullHash = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Whether params can name their source for good, so that its fact may be remembered. */
function mayBePinned(params: Readonly<Record<string, unknown>>): boolean {
  return Object.values(params).some((value) => typeof value === "string" && fullHash.test(value));
}

/** Whether a source was found to be exactly what its params already said. */
function isPinned({ resolved = {} }: Fact, params: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(resolved);
  return (
    names.length > 0 && names.every((name) => fullHash.test(String(params[name])) && params[name] === resolved[name])
  );
}

/**
 * The fact of a source, asked for once where its params pin it to a content hash: a pinned source needs no network again.
 * `by` names what asks and in which version.
 */
export async function pinnedFact(
  memo: string,
  params: Readonly<Record<string, unknown>>,
  by: () => string,
  ask: () => Promise<Fact>,
): Promise<Fact> {
  if (!mayBePinned(params)) return ask();
  const name = digestOf({ fact: by(), params });
  const [digest, text = ""] = (await recall(memo, name))?.split("\n", 2) ?? [];
  // A file that lost its content in a power cut does not have its digest.
  if (digest === sha256(text)) return factRecord.parse(JSON.parse(text));
  const fact = await ask();
  const written = JSON.stringify(fact);
  if (isPinned(fact, params)) await remember(memo, name, `${sha256(written)}\n${written}`);
  return fact;
}
