import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dequantize, portableTypes, quantize } from "./quantize.ts";
import type { PortableType } from "./quantize.ts";
import { blockLength } from "./tensor-types.ts";

const golden = resolve(import.meta.dirname, "../../../../shared/assets/derived/gguf-quant-golden");

function read(name: string): Uint8Array {
  return new Uint8Array(readFileSync(resolve(golden, name)));
}

describe.skipIf(!existsSync(golden))("gguf-py golden (needs ../shared/assets beside the checkout)", () => {
  const types = portableTypes.filter((type) => type !== "F32");
  let compared = 0;
  it.each(types)("%s: bytes and dequantized values", (type) => {
    const input = read("input_8x512_f32.bin");
    const values = new Float32Array(input.buffer, input.byteOffset, input.length / 4);
    const bytes = quantize(type, values);
    const wanted = read(`${type}.bin`);
    expect(Buffer.from(bytes).equals(wanted)).toBe(true);
    const back = dequantize(type, wanted, values.length);
    expect(Buffer.from(back.buffer).equals(read(`${type}.dequant_f32.bin`))).toBe(true);
    compared += 1;
    console.log(
      `gguf-quant-golden ${type}: ${bytes.length} bytes and ${back.length} values equal (${compared}/${types.length})`,
    );
  });
});

// llama.cpp tests/test-quantize-fns.cpp: x_i = .1 + 2 cos(i), n = 4096, error = sqrt(sum of squares) / n.
// The first three numbers are recomputed with NumPy in the project's reference notes.
describe("llama.cpp's synthetic vector", () => {
  const values = Float32Array.from({ length: 4096 }, (_, i) => 0.1 + 2 * Math.cos(i));
  const limits: [PortableType, number][] = [
    ["Q8_0", 7.4431e-5],
    ["Q4_0", 1.1213e-3],
    ["Q4_1", 1.1436e-3],
  ];
  it.each(limits)("%s error is %f", (type, wanted) => {
    const back = dequantize(type, quantize(type, values), values.length);
    const squares = values.reduce((sum, value, i) => sum + (value - (back[i] ?? 0)) ** 2, 0);
    expect(Math.sqrt(squares) / values.length).toBeCloseTo(wanted, 7);
  });
});

describe("edges", () => {
  it.each(portableTypes)("%s: a block of zeros comes back as zeros", (type) => {
    const values = new Float32Array(blockLength(type) * 2);
    const back = dequantize(type, quantize(type, values), values.length);
    expect(back.every((value) => value === 0)).toBe(true);
  });
  it.each(portableTypes)("%s: subnormal input gives no NaN", (type) => {
    const values = new Float32Array(256).map((_, i) => (i % 2 ? 1e-45 : -3e-44));
    const back = dequantize(type, quantize(type, values), values.length);
    expect(back.some(Number.isNaN)).toBe(false);
  });
  it("halves round to nearest even, overflow to infinity, and keep subnormals", () => {
    const values = Float32Array.of(
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      65_519,
      65_520,
      2 ** -25,
      1.5 * 2 ** -25,
      -(2 ** -24),
    );
    const back = dequantize("F16", quantize("F16", values), values.length);
    expect([...back]).toEqual([1, 1 + 2 ** -9, 65_504, Infinity, 0, 2 ** -24, -(2 ** -24)]);
  });
  it("every finite half survives float32 and back", () => {
    const all = new Uint16Array(65_536).map((_, i) => i).filter((bits) => (bits & 0x7c00) !== 0x7c00);
    const values = dequantize("F16", new Uint8Array(all.buffer), all.length);
    expect(Buffer.from(quantize("F16", values)).equals(Buffer.from(all.buffer))).toBe(true);
  });
  it("refuses a row that is not whole blocks", () => {
    expect(() => quantize("Q4_0", new Float32Array(33))).toThrow("33 elements are not whole blocks of 32");
    expect(() => dequantize("Q8_0", new Uint8Array(33), 32)).toThrow("33 bytes do not hold 32 elements");
  });
});

describe("laws", () => {
  const block = fc.float32Array({ minLength: 32, maxLength: 32, noNaN: true, min: -1000, max: 1000 });
  it("Q8_0 is off by at most half a step, plus the scale's own rounding", () => {
    fc.assert(
      fc.property(block, (values) => {
        const step = Math.max(...values.map(Math.abs)) / 127;
        const back = dequantize("Q8_0", quantize("Q8_0", values), 32);
        values.forEach((value, i) => {
          expect(Math.abs(value - (back[i] ?? 0))).toBeLessThanOrEqual(step * (0.5 + 127 * 2 ** -11) + 127 * 2 ** -24);
        });
      }),
    );
  });
});
