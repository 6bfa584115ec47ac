// Quantizers and dequantizers of the simple GGUF types, equal byte for byte to llama.cpp's reference functions
// (quantize_row_*_ref in ggml/src/ggml-quants.c, MIT) and to gguf-py. All arithmetic is float32: every intermediate
// result passes through Math.fround, which equals C's float operators for + − × ÷.

import { halfValues, toBfloat, toHalf } from "./half.ts";
import { blockLength, tensorBytes } from "./tensor-types.ts";
import type { TensorType } from "./tensor-types.ts";
import { dequantizeTernary, quantizeTernary } from "./ternary.ts";

/** The types this module writes and reads in plain TypeScript. */
export const portableTypes = [
  "F32",
  "F16",
  "BF16",
  "Q8_0",
  "Q4_0",
  "Q4_1",
  "Q5_0",
  "Q5_1",
  "TQ1_0",
  "TQ2_0",
] as const satisfies readonly TensorType[];

export type PortableType = (typeof portableTypes)[number];

export function isPortableType(type: string): type is PortableType {
  return portableTypes.some((portable) => portable === type);
}

const f = Math.fround;

/**
 * Quantizes rows laid end to end.
 * @param values float32, a multiple of the type's block length
 * @returns the tensor's bytes as a GGUF file holds them (little endian)
 */
export function quantize(type: PortableType, values: Float32Array): Uint8Array<ArrayBuffer> {
  requireWholeBlocks(type, values.length);
  const out = new Uint8Array(tensorBytes(type, values.length));
  const view = new DataView(out.buffer);
  switch (type) {
    case "F32":
      for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i] ?? 0, true);
      return out;
    case "F16":
      for (let i = 0; i < values.length; i++) view.setUint16(2 * i, toHalf(values[i] ?? 0), true);
      return out;
    case "BF16":
      for (let i = 0; i < values.length; i++) view.setUint16(2 * i, toBfloat(values[i] ?? 0), true);
      return out;
    case "Q8_0":
      quantizeQ8(values, view);
      return out;
    case "Q4_0":
    case "Q5_0":
      quantizeSymmetric(type, values, view);
      return out;
    case "Q4_1":
    case "Q5_1":
      quantizeAffine(type, values, view);
      return out;
    case "TQ1_0":
    case "TQ2_0":
      quantizeTernary(type, values, view);
      return out;
    default:
      return type satisfies never;
  }
}

/**
 * The float32 values of quantized bytes.
 * @param bytes a whole number of the type's blocks
 */
export function dequantize(type: PortableType, bytes: Uint8Array, elements: number): Float32Array {
  requireWholeBlocks(type, elements);
  if (bytes.length !== tensorBytes(type, elements)) {
    throw new Error(`${type} tensor: ${bytes.length} bytes do not hold ${elements} elements`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Float32Array(elements);
  const half = halfValues();
  switch (type) {
    case "F32":
      for (let i = 0; i < elements; i++) out[i] = view.getFloat32(4 * i, true);
      return out;
    case "F16":
      for (let i = 0; i < elements; i++) out[i] = half[view.getUint16(2 * i, true)] ?? 0;
      return out;
    case "BF16": {
      const bits = new Uint32Array(out.buffer);
      for (let i = 0; i < elements; i++) bits[i] = view.getUint16(2 * i, true) << 16;
      return out;
    }
    case "Q8_0":
      for (let block = 0; 32 * block < elements; block++) {
        const scale = half[view.getUint16(34 * block, true)] ?? 0;
        for (let i = 0; i < 32; i++) out[32 * block + i] = view.getInt8(34 * block + 2 + i) * scale;
      }
      return out;
    case "Q4_0":
    case "Q5_0":
    case "Q4_1":
    case "Q5_1":
      dequantizeNibbles(type, view, out, half);
      return out;
    case "TQ1_0":
    case "TQ2_0":
      dequantizeTernary(type, view, out, half);
      return out;
    default:
      return type satisfies never;
  }
}

function requireWholeBlocks(type: PortableType, elements: number): void {
  if (elements % blockLength(type) !== 0) {
    throw new Error(`${type} tensor: ${elements} elements are not whole blocks of ${blockLength(type)}`);
  }
}

// Block of 32: f16 scale, 32 × int8.
function quantizeQ8(values: Float32Array, view: DataView): void {
  for (let start = 0; start < values.length; start += 32) {
    let largest = 0;
    for (let i = start; i < start + 32; i++) {
      const magnitude = Math.abs(values[i] ?? 0);
      if (magnitude > largest) largest = magnitude;
    }
    const scale = f(largest / 127);
    const inverse = scale === 0 ? 0 : f(1 / scale);
    const at = (start / 32) * 34;
    view.setUint16(at, toHalf(scale), true);
    for (let i = 0; i < 32; i++) {
      const scaled = f((values[start + i] ?? 0) * inverse);
      // C's roundf: halves go away from zero. The sum with 0.5 is exact in float64.
      const rounded = scaled < 0 ? -Math.floor(0.5 - scaled) : Math.floor(scaled + 0.5);
      view.setInt8(at + 2 + i, rounded | 0);
    }
  }
}

// The block starts with its scales, then for Q5 a 32-bit mask of fifth bits, then 16 bytes of nibbles:
// element j in the low half of byte j, element j + 16 in the high half.
const nibbleLayout = {
  Q4_0: { bytes: 18, mask: -1, nibbles: 2, levels: 16 },
  Q4_1: { bytes: 20, mask: -1, nibbles: 4, levels: 16 },
  Q5_0: { bytes: 22, mask: 2, nibbles: 6, levels: 32 },
  Q5_1: { bytes: 24, mask: 4, nibbles: 8, levels: 32 },
} as const;

type NibbleType = keyof typeof nibbleLayout;

function writeCodes(type: NibbleType, codes: Uint8Array, view: DataView, at: number): void {
  const { mask, nibbles } = nibbleLayout[type];
  let fifthBits = 0;
  for (let j = 0; j < 16; j++) {
    const low = codes[j] ?? 0;
    const high = codes[j + 16] ?? 0;
    view.setUint8(at + nibbles + j, (low & 15) | ((high & 15) << 4));
    fifthBits |= ((low >> 4) & 1) << j;
    fifthBits |= ((high >> 4) & 1) << (j + 16);
  }
  if (mask >= 0) view.setUint32(at + mask, fifthBits >>> 0, true);
}

// w ≈ d (q − levels/2), where d is the signed extreme over −levels/2, so that the extreme is met exactly.
function quantizeSymmetric(type: "Q4_0" | "Q5_0", values: Float32Array, view: DataView): void {
  const { bytes, levels } = nibbleLayout[type];
  const codes = new Uint8Array(32);
  for (let start = 0; start < values.length; start += 32) {
    let largest = 0;
    let extreme = 0;
    for (let i = start; i < start + 32; i++) {
      const value = values[i] ?? 0;
      if (Math.abs(value) > largest) {
        largest = Math.abs(value);
        extreme = value;
      }
    }
    const scale = f(extreme / (-levels / 2));
    const inverse = scale === 0 ? 0 : f(1 / scale);
    for (let i = 0; i < 32; i++) {
      const shifted = f(f((values[start + i] ?? 0) * inverse) + (levels / 2 + 0.5));
      codes[i] = Math.min(levels - 1, shifted | 0);
    }
    const at = (start / 32) * bytes;
    view.setUint16(at, toHalf(scale), true);
    writeCodes(type, codes, view, at);
  }
}

// w ≈ d q + m, where m is the block's minimum.
function quantizeAffine(type: "Q4_1" | "Q5_1", values: Float32Array, view: DataView): void {
  const { bytes, levels } = nibbleLayout[type];
  const codes = new Uint8Array(32);
  for (let start = 0; start < values.length; start += 32) {
    let low = values[start] ?? 0;
    let high = low;
    for (let i = start + 1; i < start + 32; i++) {
      const value = values[i] ?? 0;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    const scale = f(f(high - low) / (levels - 1));
    const inverse = scale === 0 ? 0 : f(1 / scale);
    for (let i = 0; i < 32; i++) {
      const shifted = f(f(f((values[start + i] ?? 0) - low) * inverse) + 0.5);
      codes[i] = Math.min(levels - 1, shifted | 0);
    }
    const at = (start / 32) * bytes;
    view.setUint16(at, toHalf(scale), true);
    view.setUint16(at + 2, toHalf(low), true);
    writeCodes(type, codes, view, at);
  }
}

function dequantizeNibbles(type: NibbleType, view: DataView, out: Float32Array, half: Float32Array): void {
  const { bytes, mask, nibbles, levels } = nibbleLayout[type];
  const affine = type === "Q4_1" || type === "Q5_1";
  for (let block = 0; 32 * block < out.length; block++) {
    const at = block * bytes;
    const scale = half[view.getUint16(at, true)] ?? 0;
    const offset = affine ? (half[view.getUint16(at + 2, true)] ?? 0) : 0;
    const shift = affine ? 0 : levels / 2;
    const fifthBits = mask >= 0 ? view.getUint32(at + mask, true) : 0;
    for (let j = 0; j < 16; j++) {
      const pair = view.getUint8(at + nibbles + j);
      const low = (pair & 15) | (((fifthBits >>> j) & 1) << 4);
      const high = (pair >> 4) | (((fifthBits >>> (j + 16)) & 1) << 4);
      const first = f(scale * (low - shift));
      const second = f(scale * (high - shift));
      // Adding a zero offset would turn −0 into 0.
      out[32 * block + j] = affine ? first + offset : first;
      out[32 * block + j + 16] = affine ? second + offset : second;
    }
  }
}
