// Writes safetensors as a stream, in one file or in shards with an index; one tensor is in memory at a time.
import { dtypeBits, fromFloat32, type Dtype, type FloatDtype } from "./safetensors-dtype.ts";

export interface TensorToWrite {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Called once, when its turn comes: float32 values (for a float dtype), or the finished bytes. */
  readonly data: () => Promise<Float32Array | Uint8Array> | Float32Array | Uint8Array;
}

export interface FileToWrite {
  readonly path: string;
  readonly content: string | AsyncIterable<Uint8Array>;
}

// Elements converted at once, so that a large F16 tensor is not held twice.
const piece = 1 << 20;

function byteLength({ dtype, shape }: TensorToWrite): number {
  return shape.reduce((product, size) => product * size, dtypeBits[dtype]) / 8;
}

/** Wide types first, then by name, as the reference writer orders them, so that every tensor starts on its own boundary. */
function inOrder(tensors: readonly TensorToWrite[]): TensorToWrite[] {
  return [...tensors].sort((a, b) => {
    const widerFirst = dtypeBits[b.dtype] - dtypeBits[a.dtype];
    return widerFirst !== 0 ? widerFirst : a.name < b.name ? -1 : Number(a.name > b.name);
  });
}

function header(tensors: readonly TensorToWrite[], metadata: Readonly<Record<string, string>>): Uint8Array {
  let position = 0;
  const entries = tensors.map((tensor) => {
    const begin = position;
    position += byteLength(tensor);
    return [tensor.name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [begin, position] }];
  });
  const json = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  return bytes;
}

function isFloat(dtype: Dtype): dtype is FloatDtype {
  return dtype === "F64" || dtype === "F32" || dtype === "F16" || dtype === "BF16";
}

/** The bytes of one .safetensors file. Throws when data does not have the length its shape says. */
export async function* writeSafetensors(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = { format: "pt" },
): AsyncGenerator<Uint8Array> {
  const ordered = inOrder(tensors);
  yield header(ordered, metadata);
  for (const tensor of ordered) {
    const data = await tensor.data();
    const { dtype, name } = tensor;
    const length = data instanceof Float32Array ? (data.length * dtypeBits[dtype]) / 8 : data.length;
    if (length !== byteLength(tensor)) {
      throw new Error(
        `tensor "${name}": shape [${tensor.shape.join(", ")}] needs ${byteLength(tensor)} bytes, got ${length}`,
      );
    }
    if (data instanceof Uint8Array) {
      yield data;
      continue;
    }
    if (!isFloat(dtype)) throw new Error(`tensor "${name}": ${dtype} cannot be written from float32; give its bytes`);
    for (let start = 0; start < data.length; start += piece) {
      yield fromFloat32(dtype, data.subarray(start, start + piece));
    }
  }
}

/** The whole file in memory, for adapters and checkpoints. */
export async function safetensorsBytes(
  tensors: readonly TensorToWrite[],
  metadata?: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const pieces = await Array.fromAsync(writeSafetensors(tensors, metadata));
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const part of pieces) {
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}

const digits = (number: number) => String(number).padStart(5, "0");

/**
 * One file `model.safetensors`, or `model-00001-of-0000N.safetensors` with `model.safetensors.index.json` when the tensors
 * have more than `shardBytes` (transformers 5 writes shards of 50 GB, transformers 4 of 5 GB; both read either).
 * Tensors keep the order given: a shard is filled until the next tensor would overflow it.
 */
export function writeModelWeights(
  tensors: readonly TensorToWrite[],
  { shardBytes = 5e9, stem = "model" }: { shardBytes?: number; stem?: string } = {},
): FileToWrite[] {
  const total = tensors.reduce((sum, tensor) => sum + byteLength(tensor), 0);
  if (total <= shardBytes) return [{ path: `${stem}.safetensors`, content: writeSafetensors(tensors) }];

  const shards: TensorToWrite[][] = [];
  let room = 0;
  for (const tensor of tensors) {
    const size = byteLength(tensor);
    const last = shards.at(-1);
    if (last === undefined || size > room) {
      shards.push([tensor]);
      room = shardBytes - size;
    } else {
      last.push(tensor);
      room -= size;
    }
  }
  const path = (shard: number) => `${stem}-${digits(shard + 1)}-of-${digits(shards.length)}.safetensors`;
  const map = shards.flatMap((shard, at) => shard.map(({ name }) => [name, path(at)] as const));
  const index = { metadata: { total_size: total }, weight_map: Object.fromEntries(map.sort()) };
  return [
    ...shards.map((shard, at) => ({ path: path(at), content: writeSafetensors(shard) })),
    { path: `${stem}.safetensors.index.json`, content: `${JSON.stringify(index, null, 2)}\n` },
  ];
}
