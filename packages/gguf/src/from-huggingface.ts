// Writes a Hugging Face model as GGUF. Weights come one tensor at a time and leave in pieces, so memory holds one
// float32 tensor, never the model.
//
// Which type a tensor gets (llama.cpp's rules, except that its Q6_K for the output becomes Q8_0 here):
// - one-dimensional tensors, norms, position embeddings and rope factors stay F32;
// - in the 4- and 5-bit formats the matrix that makes the logits (output.weight, or token_embd.weight where it is tied) is
//   Q8_0, because its error reaches the loss undamped; `pure` gives it the format's own type;
// - a matrix whose rows are not whole blocks falls back to F16, and the report says so.

import { describeArchitecture, isBuffer } from "./architecture.ts";
import type { Layout, TensorMapping } from "./architecture.ts";
import { errorMeter } from "./error-meter.ts";
import type { GgufValue } from "./format.ts";
import { portableFileTypes } from "./portable-formats.ts";
import type { PortableFormat } from "./portable-formats.ts";
import { dequantize, quantize } from "./quantize.ts";
import type { PortableType } from "./quantize.ts";
import { describeTokenizer, placeholderTokenizer } from "./tokenizer-metadata.ts";
import type { TokenizerFiles } from "./tokenizer-metadata.ts";
import { blockLength } from "./tensor-types.ts";
import type { TensorType } from "./tensor-types.ts";
import { elementCount, shapeBytes, writeGguf } from "./writer.ts";
import type { ByteSink, TensorToWrite } from "./writer.ts";

/** A model's weights, e.g. over its safetensors files. */
export type WeightReader = {
  names(): readonly string[];
  shape(name: string): readonly number[];
  /** One tensor's values in row-major order; asked for once per tensor. */
  float32(name: string): Promise<Float32Array>;
};

export type HuggingFaceModel = {
  /** Parsed config.json. */
  readonly config: unknown;
  /** Absent: the file's tokens are their own ids, spelt "<17>". */
  readonly tokenizer?: TokenizerFiles | undefined;
  readonly weights: WeightReader;
  /** `general.name` of the file. */
  readonly name?: string | undefined;
};

export type TensorReport = {
  readonly name: string;
  readonly type: TensorType;
  /** Row-major. */
  readonly shape: readonly number[];
  readonly bytes: number;
  /** Against the original weights, in their unit. */
  readonly rmse: number;
  readonly maxError: number;
};

export type QuantizationReport = {
  readonly format: string;
  /** llama.cpp's name of the architecture. */
  readonly architecture: string;
  /** The file's length. */
  readonly bytes: number;
  /** Number of weights in all tensors. */
  readonly weights: number;
  /** Tensor bytes × 8 over weights. */
  readonly bitsPerWeight: number;
  readonly rmse: number;
  /** rmse over the root mean square of the weights. */
  readonly relativeError: number;
  readonly maxError: number;
  readonly tensors: readonly TensorReport[];
  /** One sentence each on what did not go as a reader might expect. */
  readonly notes: readonly string[];
};

export type ConvertOptions = {
  /** Give the logits' matrix the format's own type too. */
  readonly pure?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** After each tensor. */
  onProgress?(done: number, total: number): void;
};

/** Elements quantized at a time. */
const pieceElements = 1 << 20;

type Planned = TensorMapping & { readonly type: PortableType; readonly shape: readonly number[] };

/**
 * Converts a model.
 * @returns sizes and errors, tensor by tensor
 * @throws Error naming the config field, tokenizer part or tensor that cannot be written
 */
export async function convertModel(
  model: HuggingFaceModel,
  format: PortableFormat,
  sink: ByteSink,
  options: ConvertOptions = {},
): Promise<QuantizationReport> {
  const names = model.weights.names();
  const prefixed = names.some((name) => name.startsWith("model.") || name.startsWith("transformer."));
  const architecture = describeArchitecture(model.config, prefixed);
  const notes = [...architecture.notes];
  const metadata = new Map<string, GgufValue>(architecture.metadata);
  if (model.name !== undefined) metadata.set("general.name", { kind: "string", value: model.name });
  metadata.set("general.file_type", { kind: "uint32", value: portableFileTypes[format] });
  metadata.set("general.quantization_version", { kind: "uint32", value: 2 });
  addTokenizer(metadata, model, architecture.vocabulary, notes);

  const logits = architecture.tied ? "token_embd.weight" : "output.weight";
  const planned = planTensors(architecture.tensors, model.weights, (name, shape) =>
    chooseType(format, name, shape, name === logits && options.pure !== true, notes),
  );
  rejectUnplaced(names, planned, architecture.tied);

  const reports: TensorReport[] = [];
  const total = errorMeter();
  const count = planned.length + architecture.computed.length;
  const tensors = architecture.computed.map(({ name, values }): TensorToWrite => {
    const shape = [values.length];
    reports.push({ name, type: "F32", shape, bytes: shapeBytes("F32", shape), rmse: 0, maxError: 0 });
    return { name, type: "F32", shape, data: () => piecesOf([quantize("F32", values)]) };
  });
  for (const tensor of planned) {
    tensors.push({
      name: tensor.name,
      type: tensor.type,
      shape: tensor.shape,
      async *data() {
        options.signal?.throwIfAborted();
        const meter = errorMeter();
        const values = await model.weights.float32(tensor.from);
        yield* quantizedPieces(tensor, values, meter, options.signal);
        if (!Number.isFinite(meter.maxError)) {
          throw new Error(
            `tensor "${tensor.from}": holds values that ${tensor.type} cannot (beyond ±65504, or not a number)`,
          );
        }
        total.merge(meter.sums);
        const bytes = shapeBytes(tensor.type, tensor.shape);
        reports.push({
          name: tensor.name,
          type: tensor.type,
          shape: tensor.shape,
          bytes,
          rmse: meter.rmse,
          maxError: meter.maxError,
        });
        options.onProgress?.(reports.length, count);
      },
    });
  }
  const bytes = await writeGguf(sink, metadata, tensors);
  return summarize({ format, architecture: architecture.name, bytes, tensors: reports, notes }, total);
}

/** Adds totals to what is known of each tensor. */
export function summarize(
  parts: Pick<QuantizationReport, "format" | "architecture" | "bytes" | "tensors" | "notes">,
  error: { readonly rmse: number; readonly relative: number; readonly maxError: number },
): QuantizationReport {
  const weights = parts.tensors.reduce((sum, tensor) => sum + elementCount(tensor.shape), 0);
  const tensorTotal = parts.tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
  return {
    ...parts,
    weights,
    bitsPerWeight: (8 * tensorTotal) / weights,
    rmse: error.rmse,
    relativeError: error.relative,
    maxError: error.maxError,
  };
}

async function* piecesOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

function addTokenizer(
  metadata: Map<string, GgufValue>,
  model: HuggingFaceModel,
  vocabulary: number,
  notes: string[],
): void {
  if (model.tokenizer === undefined) {
    for (const [key, value] of placeholderTokenizer(vocabulary)) metadata.set(key, value);
    notes.push('the model has no tokenizer.json, so this file works on token ids alone, spelt "<17>"');
    return;
  }
  // Older checkpoints keep their end tokens in config.json only.
  const described = describeTokenizer(
    { ...model.tokenizer, generation: model.tokenizer.generation ?? model.config },
    vocabulary,
  );
  for (const [key, value] of described.metadata) metadata.set(key, value);
  notes.push(...described.notes);
}

function planTensors(
  mappings: readonly TensorMapping[],
  weights: WeightReader,
  typeOf: (name: string, shape: readonly number[]) => PortableType,
): Planned[] {
  const present = new Set(weights.names());
  const planned: Planned[] = [];
  for (const mapping of mappings) {
    if (!present.has(mapping.from)) {
      if (mapping.optional) continue;
      throw new Error(`model weights: tensor "${mapping.from}" is missing`);
    }
    const source = weights.shape(mapping.from);
    const shape = mapping.layout.kind === "transpose" ? source.toReversed() : source;
    if (mapping.layout.kind === "rope-pairs" && (source[0] ?? 0) % (2 * mapping.layout.heads) !== 0) {
      throw new Error(`tensor "${mapping.from}": ${source[0]} rows do not divide into ${mapping.layout.heads} heads`);
    }
    planned.push({ ...mapping, shape, type: typeOf(mapping.name, shape) });
  }
  return planned;
}

function rejectUnplaced(names: readonly string[], planned: readonly Planned[], tied: boolean): void {
  const placed = new Set(planned.map((tensor) => tensor.from));
  const unplaced = names.filter((name) => !placed.has(name) && !isBuffer(name) && !(tied && name === "lm_head.weight"));
  if (unplaced.length > 0) {
    throw new Error(
      `model weights: tensor "${unplaced[0]}" has no place in this architecture (${unplaced.length} such)`,
    );
  }
}

function chooseType(
  format: PortableFormat,
  name: string,
  shape: readonly number[],
  makesLogits: boolean,
  notes: string[],
): PortableType {
  if (shape.length < 2 || name.endsWith("_norm.weight") || name === "position_embd.weight") return "F32";
  const wide = format === "F32" || format === "F16" || format === "BF16" || format === "Q8_0";
  const wanted = makesLogits && !wide ? "Q8_0" : format;
  const row = shape.at(-1) ?? 1;
  if (row % blockLength(wanted) === 0) return wanted;
  notes.push(`${name} stays F16: its rows of ${row} are not whole blocks of ${blockLength(wanted)}`);
  return "F16";
}

async function* quantizedPieces(
  tensor: Planned,
  values: Float32Array,
  meter: ReturnType<typeof errorMeter>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (values.length !== elementCount(tensor.shape)) {
    throw new Error(`tensor "${tensor.from}": ${values.length} values, its shape needs ${elementCount(tensor.shape)}`);
  }
  const row = tensor.shape.at(-1) ?? 1;
  const rows = row === 0 ? 0 : values.length / row;
  const step = Math.max(1, Math.floor(pieceElements / Math.max(1, row)));
  for (let from = 0; from < rows; from += step) {
    signal?.throwIfAborted();
    const piece = arrangedRows(tensor.layout, values, row, rows, from, Math.min(rows, from + step));
    const bytes = quantize(tensor.type, piece);
    meter.add(piece, tensor.type === "F32" ? piece : dequantize(tensor.type, bytes, piece.length));
    yield bytes;
  }
}

/** Rows `from` to `to` of a (rows, row) matrix in the layout the file wants. A vector counts as `row` = its length. */
function arrangedRows(
  layout: Layout,
  values: Float32Array,
  row: number,
  rows: number,
  from: number,
  to: number,
): Float32Array {
  if (layout.kind === "as-is") return values.subarray(from * row, to * row);
  const out = new Float32Array((to - from) * row);
  if (layout.kind === "transpose") {
    for (let i = from; i < to; i++) {
      for (let j = 0; j < row; j++) out[(i - from) * row + j] = values[j * rows + i] ?? 0;
    }
    return out;
  }
  // A bias is one "row" of one value per output, so it is arranged as a column.
  const width = rows === 1 ? 1 : row;
  const outputs = rows === 1 ? row : rows;
  const head = outputs / layout.heads;
  const first = rows === 1 ? 0 : from;
  const last = rows === 1 ? row : to;
  for (let i = first; i < last; i++) {
    const within = i % head;
    const source = i - within + (within % 2) * (head / 2) + (within >> 1);
    out.set(values.subarray(source * width, (source + 1) * width), (i - first) * width);
  }
  return out;
}
