// Streams a GGUF version 3 file: the header first, from tensor infos alone, then one tensor at a time.

import { arrayId, ggufMagic, numberKinds, stringId } from "./format.ts";
import type { GgufValue, NumberKind, Scalar, ScalarKind } from "./format.ts";
import { blockLength, tensorBytes, tensorTypeId } from "./tensor-types.ts";
import type { TensorType } from "./tensor-types.ts";

export type ByteSink = { write(bytes: Uint8Array): Promise<void> };

export type TensorToWrite = {
  readonly name: string;
  readonly type: TensorType;
  /** Row-major, as in GgufFile. */
  readonly shape: readonly number[];
  /** The tensor's bytes in pieces; called once, in file order. */
  data(): AsyncIterable<Uint8Array>;
};

const alignment = 32;

/** Grows by doubling; everything in a GGUF header is little endian. */
class HeaderBytes {
  #view = new DataView(new ArrayBuffer(65_536));
  #length = 0;

  #grow(bytes: number): number {
    const at = this.#length;
    this.#length += bytes;
    if (this.#length > this.#view.byteLength) {
      const bigger = new ArrayBuffer(Math.max(this.#length, 2 * this.#view.byteLength));
      new Uint8Array(bigger).set(new Uint8Array(this.#view.buffer, 0, at));
      this.#view = new DataView(bigger);
    }
    return at;
  }

  uint32(value: number): void {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, true);
  }

  uint64(value: number): void {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, BigInt(value), true);
  }

  string(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.uint64(bytes.length);
    const at = this.#grow(bytes.length);
    new Uint8Array(this.#view.buffer).set(bytes, at);
  }

  number(kind: NumberKind, value: Scalar): void {
    const at = this.#grow(numberKinds[kind][1]);
    switch (kind) {
      case "uint8":
      case "bool":
        return this.#view.setUint8(at, Number(value));
      case "int8":
        return this.#view.setInt8(at, Number(value));
      case "uint16":
        return this.#view.setUint16(at, Number(value), true);
      case "int16":
        return this.#view.setInt16(at, Number(value), true);
      case "uint32":
        return this.#view.setUint32(at, Number(value), true);
      case "int32":
        return this.#view.setInt32(at, Number(value), true);
      case "float32":
        return this.#view.setFloat32(at, Number(value), true);
      case "uint64":
        return this.#view.setBigUint64(at, BigInt(value), true);
      case "int64":
        return this.#view.setBigInt64(at, BigInt(value), true);
      case "float64":
        return this.#view.setFloat64(at, Number(value), true);
      default:
        return kind satisfies never;
    }
  }

  scalar(kind: ScalarKind, value: Scalar): void {
    if (kind === "string") this.string(String(value));
    else this.number(kind, value);
  }

  /** The bytes so far, padded with zeros to the file's alignment. */
  padded(): Uint8Array {
    this.#grow(paddingOf(this.#length));
    return new Uint8Array(this.#view.buffer, 0, this.#length);
  }
}

function paddingOf(length: number): number {
  return (alignment - (length % alignment)) % alignment;
}

function kindId(kind: ScalarKind): number {
  return kind === "string" ? stringId : numberKinds[kind][0];
}

/** Bytes of a tensor with this shape. */
export function shapeBytes(type: TensorType, shape: readonly number[]): number {
  return tensorBytes(type, elementCount(shape));
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

function encodeHeader(metadata: ReadonlyMap<string, GgufValue>, tensors: readonly TensorToWrite[]): Uint8Array {
  const header = new HeaderBytes();
  header.uint32(ggufMagic);
  header.uint32(3);
  header.uint64(tensors.length);
  header.uint64(metadata.size);
  for (const [key, entry] of metadata) {
    header.string(key);
    if (entry.kind === "array") {
      header.uint32(arrayId);
      header.uint32(kindId(entry.of));
      header.uint64(entry.value.length);
      for (const element of entry.value) header.scalar(entry.of, element);
    } else {
      header.uint32(kindId(entry.kind));
      header.scalar(entry.kind, entry.value);
    }
  }
  let offset = 0;
  for (const { name, type, shape } of tensors) {
    if ((shape.at(-1) ?? 1) % blockLength(type) !== 0) {
      throw new Error(`tensor "${name}": rows of ${shape.at(-1)} are not whole ${type} blocks of ${blockLength(type)}`);
    }
    header.string(name);
    header.uint32(shape.length);
    for (const extent of shape.toReversed()) header.uint64(extent);
    header.uint32(tensorTypeId(type));
    header.uint64(offset);
    const bytes = shapeBytes(type, shape);
    offset += bytes + paddingOf(bytes);
  }
  return header.padded();
}

/**
 * Writes a whole file; only one piece is in memory at a time.
 * @returns the file's length in bytes
 * @throws Error where a tensor's data has another length than its shape and type say
 */
export async function writeGguf(
  sink: ByteSink,
  metadata: ReadonlyMap<string, GgufValue>,
  tensors: readonly TensorToWrite[],
): Promise<number> {
  const header = encodeHeader(metadata, tensors);
  await sink.write(header);
  let length = header.length;
  for (const tensor of tensors) {
    const wanted = shapeBytes(tensor.type, tensor.shape);
    let written = 0;
    for await (const piece of tensor.data()) {
      await sink.write(piece);
      written += piece.length;
    }
    if (written !== wanted) {
      throw new Error(`tensor "${tensor.name}": ${written} bytes of data, its shape and type need ${wanted}`);
    }
    const padding = paddingOf(written);
    if (padding > 0) await sink.write(new Uint8Array(padding));
    length += written + padding;
  }
  return length;
}

/** A sink that keeps everything in memory. */
export function memorySink(): ByteSink & { bytes(): Uint8Array } {
  const parts: Uint8Array[] = [];
  return {
    write(bytes) {
      parts.push(bytes.slice());
      return Promise.resolve();
    },
    bytes() {
      const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        out.set(part, at);
        at += part.length;
      }
      return out;
    },
  };
}
