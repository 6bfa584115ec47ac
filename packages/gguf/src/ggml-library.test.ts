// The portable quantizers against llama.cpp's compiled ones, on blocks that a golden file cannot foresee.
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { dlopen } from "node:ffi";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findLlamaLibrary } from "./kquants.node.ts";
import { portableTypes, quantize } from "./quantize.ts";
import { blockBytes, blockLength, tensorTypeId, tensorTypes } from "./tensor-types.ts";

const directory = dirname(findLlamaLibrary());
const base = readdirSync(directory).find((name) => /^(lib)?ggml-base/.test(name)) ?? "";

describe("llama.cpp's table of types", () => {
  const { functions } = dlopen(join(directory, base), {
    ggml_blck_size: { arguments: ["i32"], return: "i64" },
    ggml_type_size: { arguments: ["i32"], return: "u64" },
  });
  it.each(tensorTypes)("%s has its block", (type) => {
    expect(functions.ggml_blck_size(tensorTypeId(type))).toBe(BigInt(blockLength(type)));
    expect(functions.ggml_type_size(tensorTypeId(type))).toBe(BigInt(blockBytes(type)));
  });
});

describe("llama.cpp's ggml_quantize_chunk", () => {
  const { functions } = dlopen(join(directory, base), {
    ggml_quantize_chunk: { arguments: ["i32", "buffer", "buffer", "i64", "i64", "i64", "pointer"], return: "u64" },
  });
  const value = fc.oneof(
    fc.float({ noNaN: true, min: -4, max: 4 }),
    fc.float({ noNaN: true, min: Math.fround(-1e-6), max: Math.fround(1e-6) }),
    fc.constantFrom(0, -0, 0.5, -0.5, 1, -1, 65_504, -65_504, 2 ** -24, 2 ** -25),
  );
  const rows = fc.array(value, { minLength: 256, maxLength: 256 }).map((values) => Float32Array.from(values));

  it.each(portableTypes.filter((type) => type !== "F32"))("%s gives the same bytes", (type) => {
    let blocks = 0;
    fc.assert(
      fc.property(rows, (values) => {
        const wanted = new Uint8Array(quantize(type, values).length);
        functions.ggml_quantize_chunk(tensorTypeId(type), new Uint8Array(values.buffer), wanted, 0n, 1n, 256n, 0n);
        expect(Buffer.from(quantize(type, values)).equals(wanted)).toBe(true);
        blocks += 1;
      }),
    );
    console.log(`ggml_quantize_chunk ${type}: ${blocks} random rows of 256 equal`);
  });
});
