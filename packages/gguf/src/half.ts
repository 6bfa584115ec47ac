// 16-bit floats: IEEE 754 binary16 ("f16") and bfloat16, converted from float32 with round to nearest, ties to even,
// as ggml's portable conversions do (overflow becomes infinity, a NaN becomes a quiet NaN, subnormals are kept).

const scratch = new DataView(new ArrayBuffer(4));

function bitsOf(value: number): number {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0);
}

/** The binary16 bit pattern nearest to a float32 value. */
export function toHalf(value: number): number {
  const bits = bitsOf(value);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    const rebiased = magnitude - 0x38000000;
    return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
  }
  // Below 2^-14 the result is subnormal: a multiple of 2^-24, and scaling by a power of two is exact in float64.
  const steps = Math.abs(value) * 2 ** 24;
  const floor = Math.floor(steps);
  const rest = steps - floor;
  const roundUp = rest > 0.5 || (rest === 0.5 && floor % 2 === 1);
  return sign | (floor + (roundUp ? 1 : 0));
}

function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

// All 65,536 values, so that reading a row is one lookup an element.
let halfTable: Float32Array | undefined;

/** The float32 value of every binary16 bit pattern, indexed by the pattern. */
export function halfValues(): Float32Array {
  if (halfTable === undefined) {
    halfTable = new Float32Array(65_536);
    for (let bits = 0; bits < 65_536; bits++) halfTable[bits] = halfValue(bits);
  }
  return halfTable;
}

/** The bfloat16 bit pattern nearest to a float32 value. */
export function toBfloat(value: number): number {
  const bits = bitsOf(value);
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 64;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
