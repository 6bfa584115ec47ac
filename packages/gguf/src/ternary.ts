// The ternary types TQ1_0 and TQ2_0: a block of 256 weights is one f16 scale and codes −1, 0, +1 (stored as 0, 1, 2),
// five to a byte in base 3 (TQ1_0) or four to a byte in 2-bit fields (TQ2_0). Same bytes as ggml's reference.

import { toHalf } from "./half.ts";

const f = Math.fround;

// TQ1_0's runs of bytes: `width` bytes hold `digits` weights each, weight n of byte m at element n × width + m.
const trits = [
  { at: 0, width: 32, digits: 5, element: 0 },
  { at: 32, width: 16, digits: 5, element: 160 },
  { at: 48, width: 4, digits: 4, element: 240 },
] as const;

function codesOf(values: Float32Array, start: number, codes: Uint8Array): number {
  let largest = 0;
  for (let i = 0; i < 256; i++) largest = Math.max(largest, Math.abs(values[start + i] ?? 0));
  const inverse = largest === 0 ? 0 : f(1 / largest);
  for (let i = 0; i < 256; i++) {
    const scaled = f((values[start + i] ?? 0) * inverse);
    codes[i] = 1 + (scaled < 0 ? -Math.floor(0.5 - scaled) : Math.floor(scaled + 0.5));
  }
  return largest;
}

export function quantizeTernary(type: "TQ1_0" | "TQ2_0", values: Float32Array, view: DataView): void {
  const codes = new Uint8Array(256);
  const bytes = type === "TQ1_0" ? 54 : 66;
  for (let block = 0; 256 * block < values.length; block++) {
    const at = block * bytes;
    const scale = codesOf(values, 256 * block, codes);
    view.setUint16(at + bytes - 2, toHalf(scale), true);
    if (type === "TQ2_0") {
      for (let i = 0; i < 64; i++) {
        const first = 128 * (i >> 5) + (i & 31);
        let packed = 0;
        for (let n = 0; n < 4; n++) packed |= (codes[first + 32 * n] ?? 0) << (2 * n);
        view.setUint8(at + i, packed);
      }
      continue;
    }
    for (const run of trits) {
      for (let m = 0; m < run.width; m++) {
        let packed = 0;
        for (let n = 0; n < 5; n++) {
          packed = 3 * packed + (n < run.digits ? (codes[run.element + n * run.width + m] ?? 0) : 0);
        }
        // Scaled from base 243 to 256 and rounded up, so that reading multiplies instead of dividing.
        view.setUint8(at + run.at + m, Math.floor((packed * 256 + 242) / 243));
      }
    }
  }
}

const powers = [1, 3, 9, 27, 81] as const;

export function dequantizeTernary(
  type: "TQ1_0" | "TQ2_0",
  view: DataView,
  out: Float32Array,
  half: Float32Array,
): void {
  const bytes = type === "TQ1_0" ? 54 : 66;
  for (let block = 0; 256 * block < out.length; block++) {
    const at = block * bytes;
    const base = 256 * block;
    const scale = half[view.getUint16(at + bytes - 2, true)] ?? 0;
    if (type === "TQ2_0") {
      for (let i = 0; i < 256; i++) {
        const packed = view.getUint8(at + 32 * (i >> 7) + (i & 31));
        out[base + i] = scale * (((packed >> (2 * ((i >> 5) & 3))) & 3) - 1);
      }
      continue;
    }
    for (const run of trits) {
      for (let n = 0; n < run.digits; n++) {
        for (let m = 0; m < run.width; m++) {
          const shifted = (view.getUint8(at + run.at + m) * (powers[n] ?? 1)) & 0xff;
          out[base + run.element + n * run.width + m] = scale * (((shifted * 3) >> 8) - 1);
        }
      }
    }
  }
}
