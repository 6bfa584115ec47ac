// Text from bytes: lines in blocks, or pieces, so that neither the file nor a promise per line is held.
import { DataError } from "./problems.ts";

export interface Lines {
  /** Number of the first line, from 1. */
  readonly first: number;
  /** Without line ends; undefined where a line is not UTF-8. */
  readonly lines: readonly (string | undefined)[];
}

const newline = 0x0a;
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** `name` is for messages. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Lines> {
  let first = 1;
  let held: Uint8Array[] = [];
  let started = false;
  for await (const chunk of chunks) {
    let bytes = chunk;
    if (!started && held.length === 0) bytes = withoutMark(bytes, name);
    started ||= bytes.length > 0;
    const end = bytes.lastIndexOf(newline);
    if (end < 0) {
      held.push(bytes);
      continue;
    }
    held.push(bytes.subarray(0, end));
    const lines = decodeLines(joined(held));
    yield { first, lines };
    first += lines.length;
    held = [bytes.subarray(end + 1)];
  }
  const rest = joined(held);
  if (rest.length > 0) yield { first, lines: decodeLines(rest) };
}

/** Text as it comes, for formats that do not go by lines: a document on one line need not fit into memory. */
export async function* piecesOf(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<string> {
  const streaming = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for await (const chunk of chunks) {
    if (line === 1) withoutMark(chunk, name);
    yield decodePiece(
      () => streaming.decode(chunk, { stream: true }),
      name,
      () => line + firstBadLine(chunk),
    );
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) line++;
  }
  yield decodePiece(
    () => streaming.decode(),
    name,
    () => line,
  );
}

function decodePiece(decodeIt: () => string, name: string, line: () => number): string {
  try {
    return decodeIt();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new DataError(`${name}: line ${line()}: not UTF-8 text`, { cause: error });
  }
}

/** Which line of a chunk, counted from 0, is not UTF-8; its first bytes may belong to a character of the chunk before. */
function firstBadLine(chunk: Uint8Array): number {
  let start = 0;
  while (start < 3 && (chunk[start]! & 0xc0) === 0x80) start++;
  const lines = decodeLines(chunk.subarray(start));
  return Math.max(0, lines.indexOf(undefined));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function withoutMark(bytes: Uint8Array, name: string): Uint8Array {
  const [a, b, c] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
    throw new DataError(`${name}: this file is UTF-16, not UTF-8; save it as UTF-8`);
  }
  return a === 0xef && b === 0xbb && c === 0xbf ? bytes.subarray(3) : bytes;
}

function decodeLines(bytes: Uint8Array): (string | undefined)[] {
  const whole = decode(bytes);
  if (whole !== undefined) return whole.split("\n").map(withoutReturn);
  const lines: (string | undefined)[] = [];
  for (let start = 0, end = 0; start <= bytes.length; start = end + 1) {
    end = bytes.indexOf(newline, start);
    if (end < 0) end = bytes.length;
    const line = decode(bytes.subarray(start, end));
    lines.push(line === undefined ? undefined : withoutReturn(line));
  }
  return lines;
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
