// Reads safetensors, one file or sharded with an index: headers at once, tensors on demand, nothing believed that the
// file's real size does not bear out. Format: https://github.com/huggingface/safetensors (README, "Format"):
// u64 header length, JSON header { name: { dtype, shape, data_offsets } }, then the data without gaps.
import { isRecord, readJson, type FileSource } from "./file-source.ts";
import { dtypeBits, isDtype, toFloat32, type Dtype } from "./safetensors-dtype.ts";

// The reference implementation's limit.
const maximumHeader = 100_000_000;

export interface TensorInfo {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** The file it lies in, and its bytes [start, end) there. */
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export interface Safetensors {
  /** In the order of the files' data. */
  readonly names: readonly string[];
  /** `__metadata__` of the first file. */
  readonly metadata: Readonly<Record<string, string>>;
  has(name: string): boolean;
  /** Throws one line that names the tensor when it is absent. */
  info(name: string): TensorInfo;
  /** The raw bytes, in the stored type. */
  bytes(name: string): Promise<Uint8Array>;
  /** Elements as float32, in row-major order; throws for types without a meaning as floats. */
  float32(name: string): Promise<Float32Array>;
}

/** One tensor in memory, row-major. */
export interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
/** A model's tensors by their Hugging Face names. */
export type Weights = Map<string, Weight>;

const again = "download or export the file again";

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Bits of a tensor; NaN-free because every factor is a safe integer, Infinity when the product is absurd. */
function bitsOf(dtype: Dtype, shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, dtypeBits[dtype]);
}

function readEntry(file: string, name: string, entry: unknown, dataStart: number, fileSize: number): TensorInfo {
  const place = `${file}: tensor "${name}"`;
  if (!isRecord(entry)) throw new Error(`${place} has no description in the header; ${again}`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isDtype(dtype)) {
    throw new Error(`${place} has the unknown dtype ${JSON.stringify(dtype)}; convert it to F32, F16 or BF16`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) throw new Error(`${place} has no valid shape; ${again}`);
  const [begin, end]: unknown[] = Array.isArray(offsets) && offsets.length === 2 ? offsets : [];
  if (!isCount(begin) || !isCount(end) || begin > end) {
    throw new Error(`${place} has no valid data_offsets; ${again}`);
  }
  const expected = bitsOf(dtype, shape) / 8;
  if (expected !== end - begin) {
    throw new Error(
      `${place} is said to be ${dtype} [${shape.join(", ")}], ${expected} bytes, but has ${end - begin}; ` +
        `the header is wrong: ${again}`,
    );
  }
  if (dataStart + end > fileSize) {
    throw new Error(
      `${place} should end at byte ${dataStart + end} but the file has ${fileSize}; the file is cut short or its header lies: ${again}`,
    );
  }
  return { name, dtype, shape, file, start: dataStart + begin, end: dataStart + end };
}

function refuseGaps(file: string, tensors: readonly TensorInfo[], dataStart: number, fileSize: number): void {
  let position = dataStart;
  for (const tensor of tensors) {
    if (tensor.start !== position) {
      const what = tensor.start < position ? "overlaps the tensor before it" : "leaves a gap before it";
      throw new Error(
        `${file}: tensor "${tensor.name}" ${what} at byte ${tensor.start}; the header is wrong: ${again}`,
      );
    }
    position = tensor.end;
  }
  if (position !== fileSize) {
    const last = tensors.at(-1);
    const behind = last === undefined ? "its header" : `its last tensor "${last.name}"`;
    throw new Error(`${file}: ${fileSize - position} bytes lie behind ${behind}; the header is wrong: ${again}`);
  }
}

async function readHeader(
  source: FileSource,
  file: string,
  fileSize: number,
): Promise<{ tensors: TensorInfo[]; metadata: Record<string, string> }> {
  if (fileSize < 10) throw new Error(`${file}: ${fileSize} bytes is too short for safetensors; ${again}`);
  const prefix = await source.readRange(file, 0, 8);
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength).getBigUint64(0, true));
  if (length > maximumHeader || 8 + length > fileSize) {
    throw new Error(
      `${file}: the header is said to have ${length} bytes but the file has ${fileSize}; not safetensors, or cut short: ${again}`,
    );
  }
  const text = new TextDecoder().decode(await source.readRange(file, 8, 8 + length));
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${file}: the header is not valid JSON; ${again}`, { cause });
  }
  if (!isRecord(header)) throw new Error(`${file}: the header is not a JSON object; ${again}`);
  const { __metadata__: written, ...entries } = header;
  const metadata = isRecord(written)
    ? Object.fromEntries(Object.entries(written).map(([key, value]) => [key, String(value)]))
    : {};
  const tensors = Object.entries(entries)
    .map(([name, entry]) => readEntry(file, name, entry, 8 + length, fileSize))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  refuseGaps(file, tensors, 8 + length, fileSize);
  return { tensors, metadata };
}

/** Names of weights → shard file, from `<stem>.safetensors.index.json`. */
async function readIndex(source: FileSource, index: string): Promise<Map<string, string>> {
  const parsed = await readJson(source, index);
  const map = isRecord(parsed) ? parsed["weight_map"] : undefined;
  if (!isRecord(map)) throw new Error(`${index}: has no weight_map; ${again}`);
  return new Map(
    Object.entries(map).map(([name, file]) => {
      if (typeof file !== "string") throw new Error(`${index}: tensor "${name}" names no file; ${again}`);
      return [name, file];
    }),
  );
}

function chooseFile(sizes: ReadonlyMap<string, number>, stem: string): string {
  const exact = `${stem}.safetensors`;
  if (sizes.has(exact)) return exact;
  const all = [...sizes.keys()].filter((path) => path.endsWith(".safetensors"));
  const [only] = all;
  if (all.length === 1 && only !== undefined) return only;
  throw new Error(
    all.length === 0
      ? `${exact}: not found and no other .safetensors file beside it; choose a folder with weights in safetensors`
      : `${stem}.safetensors.index.json: not found beside ${all.length} .safetensors files; add the index that says which tensor lies where`,
  );
}

async function locate(source: FileSource, stem: string) {
  const sizes = new Map((await source.list()).map(({ path, size }) => [path, size]));
  const index = `${stem}.safetensors.index.json`;
  if (!sizes.has(index)) {
    const file = chooseFile(sizes, stem);
    const { tensors, metadata } = await readHeader(source, file, sizes.get(file) ?? 0);
    return { tensors, metadata };
  }
  const map = await readIndex(source, index);
  const tensors: TensorInfo[] = [];
  let metadata: Record<string, string> | undefined;
  const missing = new Map(map);
  for (const file of [...new Set(map.values())].sort()) {
    const size = sizes.get(file);
    if (size === undefined) throw new Error(`${index}: names ${file}, which is not there; download that file too`);
    const header = await readHeader(source, file, size);
    metadata ??= header.metadata;
    for (const tensor of header.tensors) {
      if (map.get(tensor.name) !== file) continue;
      tensors.push(tensor);
      missing.delete(tensor.name);
    }
  }
  const [lost] = missing;
  if (lost !== undefined) {
    throw new Error(`${index}: says tensor "${lost[0]}" lies in ${lost[1]}, but it does not; ${again}`);
  }
  return { tensors, metadata: metadata ?? {} };
}

/**
 * Opens `<stem>.safetensors`, its shards by `<stem>.safetensors.index.json`, or the only .safetensors file there is.
 * Errors are one line that names file, tensor and what to do; nothing is allocated before the sizes are checked.
 */
export async function openSafetensors(source: FileSource, stem = "model"): Promise<Safetensors> {
  const { tensors, metadata } = await locate(source, stem);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));

  function info(name: string): TensorInfo {
    const tensor = byName.get(name);
    if (tensor === undefined) {
      throw new Error(`${tensors[0]?.file ?? stem}: tensor "${name}" is missing; the weights do not fit the config`);
    }
    return tensor;
  }

  async function bytes(name: string): Promise<Uint8Array> {
    const { file, start, end } = info(name);
    const read = await source.readRange(file, start, end);
    if (read.length !== end - start) {
      throw new Error(
        `${file}: tensor "${name}" has ${read.length} of ${end - start} bytes; the file was cut: ${again}`,
      );
    }
    return read;
  }

  return {
    names: tensors.map(({ name }) => name),
    metadata,
    has: (name) => byName.has(name),
    info,
    bytes,
    async float32(name) {
      const { dtype, file } = info(name);
      const floats = toFloat32(dtype, await bytes(name));
      if (floats === undefined) {
        throw new Error(`${file}: tensor "${name}" is ${dtype}, which is not read; convert it to F32, F16 or BF16`);
      }
      return floats;
    },
  };
}

/** Every tensor of a model folder as float32. */
export async function readWeights(source: FileSource): Promise<Weights> {
  const stored = await openSafetensors(source);
  const weights: Weights = new Map();
  for (const name of stored.names) {
    weights.set(name, { shape: stored.info(name).shape, data: await stored.float32(name) });
  }
  return weights;
}
