// The element types of safetensors and their conversion to and from float32.

/** Bits per element of every type in the format's list (safetensors 0.8). */
export const dtypeBits = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  I64: 64,
  U64: 64,
  F64: 64,
  C64: 64,
} as const;
export type Dtype = keyof typeof dtypeBits;

export function isDtype(name: unknown): name is Dtype {
  return typeof name === "string" && Object.hasOwn(dtypeBits, name);
}

/** Floating-point types that weights are kept in. */
export type FloatDtype = "F64" | "F32" | "F16" | "BF16";

/** The bytes at an offset that typed arrays accept, copied only when they do not lie on an 8-byte boundary. */
function aligned(bytes: Uint8Array): { buffer: ArrayBuffer; offset: number } {
  if (bytes.buffer instanceof ArrayBuffer && bytes.byteOffset % 8 === 0) {
    return { buffer: bytes.buffer, offset: bytes.byteOffset };
  }
  return { buffer: new Uint8Array(bytes).buffer, offset: 0 };
}

function fromBfloat(bytes: Uint8Array): Float32Array {
  const { buffer, offset } = aligned(bytes);
  const halves = new Uint16Array(buffer, offset, bytes.length / 2);
  const floats = new Float32Array(halves.length);
  const bits = new Uint32Array(floats.buffer);
  for (let i = 0; i < halves.length; i++) bits[i] = (halves[i] ?? 0) << 16;
  return floats;
}

/** Round to nearest, ties to even; a NaN stays a NaN. */
export function toBfloat(floats: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const halves = new Uint16Array(floats.length);
  for (let i = 0; i < bits.length; i++) {
    const pattern = bits[i] ?? 0;
    const isNaN = (pattern & 0x7fffffff) > 0x7f800000;
    halves[i] = isNaN ? (pattern >>> 16) | 0x40 : (pattern + 0x7fff + ((pattern >>> 16) & 1)) >>> 16;
  }
  return halves;
}

/**
 * Elements as float32. Integers beyond 2^24 and doubles lose digits, as any cast does.
 * Undefined for types that need their scales to mean anything (8-bit floats and below) and for complex numbers.
 */
export function toFloat32(dtype: Dtype, bytes: Uint8Array): Float32Array | undefined {
  const { buffer, offset } = aligned(bytes);
  const count = (bytes.length * 8) / dtypeBits[dtype];
  switch (dtype) {
    case "F32":
      return new Float32Array(buffer, offset, count);
    case "F16":
      return Float32Array.from(new Float16Array(buffer, offset, count));
    case "BF16":
      return fromBfloat(bytes);
    case "F64":
      return Float32Array.from(new Float64Array(buffer, offset, count));
    case "I64":
      return Float32Array.from(new BigInt64Array(buffer, offset, count), Number);
    case "U64":
      return Float32Array.from(new BigUint64Array(buffer, offset, count), Number);
    case "I32":
      return Float32Array.from(new Int32Array(buffer, offset, count));
    case "U32":
      return Float32Array.from(new Uint32Array(buffer, offset, count));
    case "I16":
      return Float32Array.from(new Int16Array(buffer, offset, count));
    case "U16":
      return Float32Array.from(new Uint16Array(buffer, offset, count));
    case "I8":
      return Float32Array.from(new Int8Array(buffer, offset, count));
    case "U8":
    case "BOOL":
      return Float32Array.from(bytes);
    case "F8_E5M2":
    case "F8_E4M3":
    case "F8_E8M0":
    case "F4":
    case "F6_E2M3":
    case "F6_E3M2":
    case "C64":
      return undefined;
    default:
      return dtype satisfies never;
  }
}

/** float32 → the bytes of a float type, little-endian, rounded to nearest even. */
export function fromFloat32(dtype: FloatDtype, floats: Float32Array): Uint8Array {
  switch (dtype) {
    case "F32":
      return new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
    case "F16":
      return new Uint8Array(Float16Array.from(floats).buffer);
    case "BF16":
      return new Uint8Array(toBfloat(floats).buffer);
    case "F64":
      return new Uint8Array(Float64Array.from(floats).buffer);
    default:
      return dtype satisfies never;
  }
}
