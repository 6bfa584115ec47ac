import { existsSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openFile } from "./file.node.ts";
import { bytesSource, readGguf } from "./format.ts";
import type { GgufValue, RangeSource } from "./format.ts";
import { memorySink, writeGguf } from "./writer.ts";

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function sample(): Promise<Uint8Array> {
  const sink = memorySink();
  const metadata = new Map<string, GgufValue>([
    ["general.architecture", { kind: "string", value: "llama" }],
    ["answer", { kind: "uint32", value: 42 }],
    ["wide", { kind: "int64", value: -(2n ** 60n) }],
    ["words", { kind: "array", of: "string", value: ["a", "", "ü🚀"] }],
  ]);
  await writeGguf(sink, metadata, [
    { name: "a", type: "F32", shape: [3], data: () => one(new Uint8Array(12).fill(1)) },
    { name: "b", type: "Q8_0", shape: [2, 32], data: () => one(new Uint8Array(68).fill(2)) },
  ]);
  return sink.bytes();
}

async function lie(at: number, value: bigint): Promise<string> {
  const bytes = await sample();
  new DataView(bytes.buffer).setBigUint64(at, value, true);
  return readGguf(bytesSource(bytes)).then(
    () => "read",
    (error: Error) => error.message,
  );
}

describe("gguf files", () => {
  it("reads back what was written, tensors aligned to 32", async () => {
    const bytes = await sample();
    const file = await readGguf(bytesSource(bytes));
    expect(file.metadata.get("wide")).toEqual({ kind: "int64", value: -(2n ** 60n) });
    expect(file.metadata.get("words")).toEqual({ kind: "array", of: "string", value: ["a", "", "ü🚀"] });
    expect(file.tensors.map(({ name, type, shape, bytes: size }) => ({ name, type, shape, size }))).toEqual([
      { name: "a", type: "F32", shape: [3], size: 12 },
      { name: "b", type: "Q8_0", shape: [2, 32], size: 68 },
    ]);
    for (const tensor of file.tensors) expect(tensor.offset % 32).toBe(0);
    const last = file.tensors.at(-1);
    expect(bytes[last?.offset ?? 0]).toBe(2);
  });

  it("refuses tensor data of another length than announced", async () => {
    const tensor = { name: "a", type: "F32" as const, shape: [4], data: () => one(new Uint8Array(12)) };
    await expect(writeGguf(memorySink(), new Map(), [tensor])).rejects.toThrow(
      'tensor "a": 12 bytes of data, its shape and type need 16',
    );
  });

  it("a file cut anywhere is one clear error", async () => {
    const bytes = await sample();
    for (let length = 0; length < bytes.length - 28; length++) {
      await expect(readGguf(bytesSource(bytes.subarray(0, length)))).rejects.toThrow(/^gguf file: /);
    }
  });

  it("any corrupted header reads or is one error, and never reads more than the file", async () => {
    const bytes = await sample();
    const header = 200;
    await fc.assert(
      fc.asyncProperty(fc.nat(header), fc.uint8Array({ minLength: 1, maxLength: 9 }), async (at, patch) => {
        const changed = bytes.slice();
        changed.set(patch.subarray(0, changed.length - at), at);
        let read = 0;
        const source: RangeSource = {
          size: changed.length,
          readRange(start, end) {
            read += end - start;
            return Promise.resolve(changed.subarray(start, end));
          },
        };
        const outcome = await readGguf(source).then(
          () => "read",
          (error: Error) => error.message,
        );
        expect(outcome).toMatch(/^(read|gguf file: |not a gguf file)/);
        expect(read).toBeLessThanOrEqual(4 * changed.length);
      }),
      { numRuns: 500 },
    );
  });

  it("lying counts and lengths are named", async () => {
    expect(await lie(8, 2n ** 40n)).toContain("tensors and 4 metadata keys cannot fit");
    expect(await lie(16, 2n ** 63n)).toContain("the metadata count is 9223372036854775808");
    expect(await lie(24, 2n ** 33n)).toContain("a metadata key claims 8589934592 bytes");
  });
});

const vocabularies = resolve(import.meta.dirname, "../../../../shared/assets/tokenizers/ggml-vocab");
describe.skipIf(!existsSync(vocabularies))("llama.cpp's own files (needs ../shared/assets)", () => {
  it.each([
    ["bert-bge", 30_522],
    ["gpt-2", 50_257],
    ["llama-spm", 32_000],
  ])("ggml-vocab-%s has %i tokens", async (name, count) => {
    await using source = await openFile(resolve(vocabularies, `ggml-vocab-${name}.gguf`));
    const file = await readGguf(source);
    const tokens = file.metadata.get("tokenizer.ggml.tokens");
    expect(tokens?.kind === "array" && tokens.value.length).toBe(count);
  });
});
