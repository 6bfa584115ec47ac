import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { directorySource } from "./directory.node.ts";
import { memorySource } from "./file-source.ts";
import { openSafetensors } from "./safetensors.ts";
import { dtypeBits, toFloat32, type Dtype } from "./safetensors-dtype.ts";
import { safetensorsBytes, writeModelWeights, type TensorToWrite } from "./safetensors-writer.ts";

const assets = join(import.meta.dirname, "../../../../shared/assets");

/** A file with the given header text and this many data bytes behind it. */
function fileOf(header: string, data: number, statedLength?: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(statedLength ?? text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const open = (bytes: Uint8Array) => openSafetensors(memorySource({ "model.safetensors": bytes }));

test.each([
  ["empty", new Uint8Array(), /model\.safetensors: 0 bytes is too short/],
  [
    "header longer than the file",
    fileOf("{}", 0, 9e15),
    /header is said to have 9000000000000000 bytes but the file has 10/,
  ],
  ["not JSON", fileOf("{nope", 0), /model\.safetensors: the header is not valid JSON/],
  [
    "cut data",
    fileOf('{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}', 8),
    /model\.safetensors: tensor "w" should end at byte \d+ but the file has \d+; the file is cut short.*download/,
  ],
  [
    "a shape that is larger than its bytes",
    fileOf('{"w":{"dtype":"F32","shape":[1000000000,1000000],"data_offsets":[0,8]}}', 8),
    /tensor "w" is said to be F32 \[1000000000, 1000000\], 4000000000000000 bytes, but has 8; the header is wrong/,
  ],
  [
    "offsets backwards",
    fileOf('{"w":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}', 8),
    /"w" has no valid data_offsets/,
  ],
  ["a negative shape", fileOf('{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4), /"w" has no valid shape/],
  [
    "an unknown dtype",
    fileOf('{"w":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}}', 4),
    /"w" has the unknown dtype "Q4"/,
  ],
  [
    "overlapping tensors",
    fileOf(
      '{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}',
      12,
    ),
    /tensor "w" overlaps the tensor before it/,
  ],
  [
    "bytes behind the last tensor",
    fileOf('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 9),
    /5 bytes lie behind its last tensor "w"/,
  ],
])("refuses %s with one sentence", async (_, bytes, message) => {
  await expect(open(bytes)).rejects.toThrow(message);
});

test("refuses a missing tensor, a missing shard and weights that are not there", async () => {
  const weights = await open(fileOf('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4));
  expect(() => weights.info("v")).toThrow(/model\.safetensors: tensor "v" is missing/);
  const index = new TextEncoder().encode('{"weight_map":{"w":"model-00001-of-00002.safetensors"}}');
  await expect(openSafetensors(memorySource({ "model.safetensors.index.json": index }))).rejects.toThrow(
    /names model-00001-of-00002\.safetensors, which is not there/,
  );
  await expect(openSafetensors(memorySource({ "config.json": index }))).rejects.toThrow(
    /model\.safetensors: not found/,
  );
});

test("any cut of a real file is refused, never read", async () => {
  const whole = await safetensorsBytes([
    { name: "a", dtype: "F32", shape: [3, 5], data: () => new Float32Array(15).fill(1) },
    { name: "b", dtype: "F16", shape: [7], data: () => new Float32Array(7).fill(2) },
  ]);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
      await expect(open(whole.slice(0, length))).rejects.toThrow(/model\.safetensors/);
    }),
  );
});

test("float types survive writing and reading", async () => {
  const half = Float32Array.of(0, -0, 1, -2.5, 65504, 6e-8, Infinity, Number.NaN);
  const bfloat = Float32Array.of(0, -0, 1, -2.5, 3.3895313892515355e38, 9.183549615799121e-41, -Infinity, Number.NaN);
  const tensors: TensorToWrite[] = [
    { name: "half", dtype: "F16", shape: [8], data: () => half },
    { name: "bfloat", dtype: "BF16", shape: [2, 4], data: () => bfloat },
    { name: "single", dtype: "F32", shape: [8], data: () => bfloat },
    { name: "double", dtype: "F64", shape: [8], data: () => bfloat },
    { name: "ids", dtype: "I64", shape: [2], data: () => new Uint8Array(BigInt64Array.of(-3n, 1n << 20n).buffer) },
  ];
  const weights = await open(await safetensorsBytes(tensors));
  const stored = Float32Array.from(new Float16Array(half));
  expect(await weights.float32("half")).toEqual(stored);
  for (const name of ["bfloat", "single", "double"]) expect(await weights.float32(name)).toEqual(bfloat);
  expect(await weights.float32("ids")).toEqual(Float32Array.of(-3, 1 << 20));
  expect(weights.info("bfloat").shape).toEqual([2, 4]);
});

test("bf16 rounds to nearest, ties to even", async () => {
  const weights = await open(
    await safetensorsBytes([
      // 1 + 2^-8 lies between 1 and 1 + 2^-7 and goes to the even 1; 1 + 3·2^-8 goes to 1 + 2^-6
      {
        name: "w",
        dtype: "BF16",
        shape: [3],
        data: () => Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -12),
      },
    ]),
  );
  expect(await weights.float32("w")).toEqual(Float32Array.of(1, 1 + 2 ** -6, 1 + 2 ** -7));
});

test("shards and their index read back as one model", async () => {
  const tensors = Array.from({ length: 5 }, (_, at): TensorToWrite => ({
    name: `t${at}`,
    dtype: "F32",
    shape: [10],
    data: () => new Float32Array(10).fill(at),
  }));
  const files: Record<string, Uint8Array> = {};
  for (const { path, content } of writeModelWeights(tensors, { shardBytes: 90 })) {
    files[path] =
      typeof content === "string"
        ? new TextEncoder().encode(content)
        : new Uint8Array(Buffer.concat(await Array.fromAsync(content)));
  }
  expect(Object.keys(files)).toEqual([
    "model-00001-of-00003.safetensors",
    "model-00002-of-00003.safetensors",
    "model-00003-of-00003.safetensors",
    "model.safetensors.index.json",
  ]);
  const weights = await openSafetensors(memorySource(files));
  expect(weights.names).toHaveLength(5);
  for (let at = 0; at < 5; at++) expect(await weights.float32(`t${at}`)).toEqual(new Float32Array(10).fill(at));
});

test("data of another length than its shape is refused", async () => {
  const tensor: TensorToWrite = { name: "w", dtype: "F32", shape: [2], data: () => new Float32Array(3) };
  await expect(safetensorsBytes([tensor])).rejects.toThrow(/tensor "w": shape \[2\] needs 8 bytes, got 12/);
});

test("types without a meaning as floats are told apart", () => {
  const readable = (Object.keys(dtypeBits) as Dtype[]).filter(
    (dtype) => toFloat32(dtype, new Uint8Array(8)) !== undefined,
  );
  expect(readable).toHaveLength(13);
});

const models = existsSync(assets)
  ? readdirSync(join(assets, "derived/arch-golden"), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  : [];

test.skipIf(models.length === 0)(
  `reads the ${models.length} golden models (skipped without ../shared/assets)`,
  async () => {
    for (const { name } of models) {
      const weights = await openSafetensors(directorySource(join(assets, "derived/arch-golden", name)));
      for (const tensor of weights.names) {
        const floats = await weights.float32(tensor);
        expect(floats.length).toBe(weights.info(tensor).shape.reduce((product, size) => product * size, 1));
        expect(floats.every(Number.isFinite)).toBe(true);
      }
    }
  },
);
