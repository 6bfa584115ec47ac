// GGUF version 3 (ggml/include/gguf.h): the values of its metadata, and a reader that works on ranged reads and trusts
// nothing: every length is compared with what is left of the file before anything of that length is read or allocated.

import { blockLength, tensorBytes, tensorTypeOfId } from "./tensor-types.ts";
import type { TensorType } from "./tensor-types.ts";

/** Where bytes come from: a file, a blob or an HTTP resource with range requests. */
export type RangeSource = {
  /** Total length in bytes. */
  readonly size: number;
  /** The bytes `start ≤ i < end`; fewer only where the source ends early. */
  readRange(start: number, end: number): Promise<Uint8Array>;
};

export const numberKinds = {
  uint8: [0, 1],
  int8: [1, 1],
  uint16: [2, 2],
  int16: [3, 2],
  uint32: [4, 4],
  int32: [5, 4],
  float32: [6, 4],
  bool: [7, 1],
  uint64: [10, 8],
  int64: [11, 8],
  float64: [12, 8],
} as const satisfies Record<string, readonly [id: number, bytes: number]>;

export type NumberKind = keyof typeof numberKinds;
export type ScalarKind = NumberKind | "string";
export const stringId = 8;
export const arrayId = 9;

/** One metadata value. 64-bit integers are bigint, every other number a number. */
export type Scalar = number | bigint | boolean | string;
export type GgufValue =
  | { readonly kind: ScalarKind; readonly value: Scalar }
  | { readonly kind: "array"; readonly of: ScalarKind; readonly value: readonly Scalar[] };

export type TensorInfo = {
  readonly name: string;
  readonly type: TensorType;
  /** Row-major: the last number is the row length (a GGUF file holds them the other way round). */
  readonly shape: readonly number[];
  /** Byte offset from the start of the file. */
  readonly offset: number;
  readonly bytes: number;
};

export type GgufFile = {
  readonly version: number;
  readonly alignment: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly TensorInfo[];
};

const magic = 0x46554747; // "GGUF"
export const ggufMagic = magic;
const maxDimensions = 4;
const maxString = 16 * 2 ** 20;
const maxHeader = 2 ** 30;
const chunkBytes = 256 * 1024;

const scalarKindOfId = new Map<number, ScalarKind>([[stringId, "string"]]);
for (const [kind, [id]] of Object.entries(numberKinds)) {
  if (isNumberKind(kind)) scalarKindOfId.set(id, kind);
}

function isNumberKind(kind: string): kind is NumberKind {
  return Object.hasOwn(numberKinds, kind);
}

/** Reads forward through a source in chunks, and says where it is when something is wrong. */
class Cursor {
  readonly #source: RangeSource;
  #chunk: DataView = new DataView(new ArrayBuffer(0));
  #chunkStart = 0;
  position = 0;

  constructor(source: RangeSource) {
    this.#source = source;
  }

  get left(): number {
    return this.#source.size - this.position;
  }

  fail(problem: string): never {
    throw new Error(`gguf file: ${problem} at byte ${this.position}`);
  }

  /** Makes the next `bytes` readable without waiting. */
  async need(bytes: number): Promise<void> {
    if (this.position + bytes <= this.#chunkStart + this.#chunk.byteLength) return;
    if (bytes > this.left) this.fail(`cut short (${bytes} bytes wanted, ${this.left} left)`);
    if (this.position + bytes > maxHeader) this.fail("header is larger than 1 GiB");
    const end = Math.min(this.#source.size, this.position + Math.max(bytes, chunkBytes));
    const read = await this.#source.readRange(this.position, end);
    if (read.length < bytes) this.fail(`cut short (${bytes} bytes wanted, ${read.length} read)`);
    this.#chunk = new DataView(read.buffer, read.byteOffset, read.byteLength);
    this.#chunkStart = this.position;
  }

  #advance(bytes: number): number {
    const at = this.position - this.#chunkStart;
    this.position += bytes;
    return at;
  }

  async uint32(): Promise<number> {
    await this.need(4);
    return this.#chunk.getUint32(this.#advance(4), true);
  }

  /** A 64-bit length or count. Beyond 2^53 it cannot be true. */
  async length(what: string): Promise<number> {
    await this.need(8);
    const value = this.#chunk.getBigUint64(this.#advance(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.fail(`${what} is ${value}`);
    return Number(value);
  }

  async string(what: string): Promise<string> {
    const bytes = await this.length(`length of ${what}`);
    if (bytes > this.left) this.fail(`${what} claims ${bytes} bytes, ${this.left} are left`);
    if (bytes > maxString) this.fail(`${what} claims ${bytes} bytes, more than ${maxString}`);
    await this.need(bytes);
    const at = this.#advance(bytes);
    const text = new Uint8Array(this.#chunk.buffer, this.#chunk.byteOffset + at, bytes);
    // A token may be the byte order mark itself, which a decoder drops unless told not to.
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(text);
  }

  async number(kind: NumberKind): Promise<number | bigint | boolean> {
    const bytes = numberKinds[kind][1];
    await this.need(bytes);
    const at = this.#advance(bytes);
    switch (kind) {
      case "uint8":
        return this.#chunk.getUint8(at);
      case "int8":
        return this.#chunk.getInt8(at);
      case "uint16":
        return this.#chunk.getUint16(at, true);
      case "int16":
        return this.#chunk.getInt16(at, true);
      case "uint32":
        return this.#chunk.getUint32(at, true);
      case "int32":
        return this.#chunk.getInt32(at, true);
      case "float32":
        return this.#chunk.getFloat32(at, true);
      case "bool":
        return this.#chunk.getUint8(at) !== 0;
      case "uint64":
        return this.#chunk.getBigUint64(at, true);
      case "int64":
        return this.#chunk.getBigInt64(at, true);
      case "float64":
        return this.#chunk.getFloat64(at, true);
      default:
        return kind satisfies never;
    }
  }
}

async function readValue(cursor: Cursor, key: string): Promise<GgufValue> {
  const id = await cursor.uint32();
  if (id !== arrayId) {
    const kind = scalarKindOfId.get(id) ?? cursor.fail(`metadata "${key}" has unknown type ${id}`);
    const value = kind === "string" ? await cursor.string(`metadata "${key}"`) : await cursor.number(kind);
    return { kind, value };
  }
  const elementId = await cursor.uint32();
  const of = scalarKindOfId.get(elementId) ?? cursor.fail(`array "${key}" has unknown element type ${elementId}`);
  const count = await cursor.length(`count of array "${key}"`);
  const smallest = of === "string" ? 8 : numberKinds[of][1];
  if (count * smallest > cursor.left) {
    cursor.fail(`array "${key}" claims ${count} elements, ${cursor.left} bytes are left`);
  }
  const value: Scalar[] = [];
  for (let i = 0; i < count; i++) {
    value.push(of === "string" ? await cursor.string(`element ${i} of "${key}"`) : await cursor.number(of));
  }
  return { kind: "array", of, value };
}

async function readTensorInfo(cursor: Cursor): Promise<TensorInfo> {
  const name = await cursor.string("a tensor name");
  const dimensions = await cursor.uint32();
  if (dimensions > maxDimensions) cursor.fail(`tensor "${name}" claims ${dimensions} dimensions`);
  const shape: number[] = [];
  let elements = 1;
  for (let i = 0; i < dimensions; i++) {
    const extent = await cursor.length(`a dimension of tensor "${name}"`);
    shape.unshift(extent);
    elements *= extent;
  }
  if (!Number.isSafeInteger(elements)) cursor.fail(`tensor "${name}" claims ${elements} elements`);
  const typeId = await cursor.uint32();
  const type = tensorTypeOfId(typeId) ?? cursor.fail(`tensor "${name}" has unknown type ${typeId}`);
  if ((shape.at(-1) ?? 1) % blockLength(type) !== 0) {
    cursor.fail(`tensor "${name}" has rows of ${shape.at(-1)}, not whole ${type} blocks of ${blockLength(type)}`);
  }
  const offset = await cursor.length(`offset of tensor "${name}"`);
  return { name, type, shape, offset, bytes: tensorBytes(type, elements) };
}

function readAlignment(metadata: ReadonlyMap<string, GgufValue>): number {
  const alignment = Number(metadata.get("general.alignment")?.value ?? 32);
  if (!Number.isInteger(alignment) || alignment < 1 || (alignment & (alignment - 1)) !== 0) {
    throw new Error(`gguf file: general.alignment ${alignment} is not a power of two`);
  }
  return alignment;
}

/** Rejects tensors that are misaligned, reach past the end of the file, share a name or overlap. */
function placeTensors(infos: readonly TensorInfo[], dataStart: number, alignment: number, size: number): TensorInfo[] {
  const names = new Set<string>();
  const placed = infos.map((info) => {
    if (names.has(info.name)) throw new Error(`gguf file: tensor "${info.name}" appears twice`);
    names.add(info.name);
    if (info.offset % alignment !== 0) {
      throw new Error(`gguf file: tensor "${info.name}" starts at ${info.offset}, not a multiple of ${alignment}`);
    }
    const offset = dataStart + info.offset;
    if (offset + info.bytes > size) {
      throw new Error(
        `gguf file: tensor "${info.name}" ends at byte ${offset + info.bytes}, the file has ${size}: it is cut short`,
      );
    }
    return { ...info, offset };
  });
  const ordered = placed.toSorted((a, b) => a.offset - b.offset);
  for (const [i, info] of ordered.entries()) {
    const next = ordered[i + 1];
    if (next !== undefined && next.offset < info.offset + info.bytes) {
      throw new Error(`gguf file: tensors "${info.name}" and "${next.name}" overlap`);
    }
  }
  return placed;
}

/**
 * Reads a GGUF file's header.
 * @throws Error naming the field and the byte where the file is not what it says
 */
export async function readGguf(source: RangeSource): Promise<GgufFile> {
  const cursor = new Cursor(source);
  if (source.size < 24) cursor.fail(`only ${source.size} bytes long`);
  const found = await cursor.uint32();
  if (found !== magic) throw new Error("not a gguf file: it does not start with GGUF");
  const version = await cursor.uint32();
  if (version !== 2 && version !== 3) cursor.fail(`version ${version} is not supported (2 and 3 are)`);
  const tensorCount = await cursor.length("the tensor count");
  const keyCount = await cursor.length("the metadata count");
  // The smallest tensor info takes 24 bytes, the smallest key and value 13.
  if (tensorCount * 24 + keyCount * 13 > source.size) {
    cursor.fail(`${tensorCount} tensors and ${keyCount} metadata keys cannot fit into ${source.size} bytes`);
  }

  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < keyCount; i++) {
    const key = await cursor.string("a metadata key");
    if (metadata.has(key)) cursor.fail(`metadata "${key}" appears twice`);
    metadata.set(key, await readValue(cursor, key));
  }
  const infos: TensorInfo[] = [];
  for (let i = 0; i < tensorCount; i++) infos.push(await readTensorInfo(cursor));

  const alignment = readAlignment(metadata);
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  return { version, alignment, metadata, tensors: placeTensors(infos, dataStart, alignment, source.size) };
}

/** A source over bytes in memory. */
export function bytesSource(bytes: Uint8Array): RangeSource {
  return {
    size: bytes.length,
    readRange: (start, end) => Promise.resolve(bytes.subarray(start, end)),
  };
}
