// The child process behind kquants.node.ts: one llama_model_quantize call, then the error of every tensor.
// argv[2] is a ChildRequest as JSON, stdout one QuantizationReport as JSON, stderr llama.cpp's log.

import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { dlopen, toString as cString } from "node:ffi";
import { errorMeter } from "./error-meter.ts";
import type { GgufFile, RangeSource, TensorInfo } from "./format.ts";
import { readGguf } from "./format.ts";
import { openFile } from "./file.node.ts";
import { summarize } from "./from-huggingface.ts";
import type { QuantizationReport, TensorReport } from "./from-huggingface.ts";
import type { ChildRequest } from "./kquants.node.ts";
import { dequantize, isPortableType } from "./quantize.ts";
import { blockLength, tensorBytes } from "./tensor-types.ts";
import type { TensorType } from "./tensor-types.ts";

/** Releases of llama.cpp whose llama_model_quantize_params has the layout written below. */
const knownReleases = /^v?0\.4\./;

const parameterBytes = 64;
// GGML_TYPE_COUNT of that release; as a tensor type it means "let llama.cpp choose".
const typeCount = 43;

/**
 * struct llama_model_quantize_params (include/llama.h, v0.4.0) on a 64-bit machine:
 * int32 nthread @0, ftype @4, output_tensor_type @8, token_embedding_type @12; bool allow_requantize @16,
 * quantize_output_tensor @17, only_copy, pure, keep_split, dry_run; four pointers @24; size_t max_buf_size @56.
 */
function writeParameters(threads: number, fileType: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parameterBytes);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, threads, true);
  view.setInt32(4, fileType, true);
  view.setInt32(8, typeCount, true);
  view.setInt32(12, typeCount, true);
  view.setUint8(17, 1);
  view.setBigUint64(56, 8n * 2n ** 30n, true);
  return bytes;
}

const library = {
  llama_version: { arguments: [], return: "pointer" },
  // Returns the struct by value: on x64 the caller passes the address of the result as a hidden first argument.
  llama_model_quantize_default_params: { arguments: ["buffer"], return: "pointer" },
  llama_backend_init: { arguments: [], return: "void" },
  llama_model_quantize: { arguments: ["string", "string", "buffer"], return: "u32" },
} as const;

function quantizeFile(request: ChildRequest): void {
  using llama = dlopen(request.library, library);
  const version = cString(llama.functions.llama_version()) ?? "unknown";
  if (!knownReleases.test(version)) {
    throw new Error(`llama.cpp ${version} is not a release whose quantization parameters this build knows (0.4)`);
  }
  if (process.arch === "x64") {
    const found = new Uint8Array(parameterBytes);
    llama.functions.llama_model_quantize_default_params(found);
    // 7 is Q8_0, the default file type of that release; threads default to 0.
    const expected = writeParameters(0, 7);
    if (Buffer.compare(found, expected) !== 0) {
      throw new Error(`llama.cpp ${version} lays out its quantization parameters in another way than this build knows`);
    }
  }
  llama.functions.llama_backend_init();
  const status = llama.functions.llama_model_quantize(
    request.input,
    request.output,
    writeParameters(request.threads, request.fileType),
  );
  if (status !== 0) process.exit(1);
}

type Dequantizer = (bytes: Uint8Array, elements: number) => Float32Array;

/** llama.cpp's own dequantizers, for the types that quantize.ts does not read. */
function nativeDequantizers(libraryPath: string): (type: TensorType) => Dequantizer {
  const directory = dirname(libraryPath);
  const base = readdirSync(directory).find((name) => /^(lib)?ggml-base.*\.(so|dylib|dll)$/.test(name));
  if (base === undefined) throw new Error(`no ggml-base library beside ${libraryPath}`);
  const { lib } = dlopen(join(directory, base));
  return (type) => {
    // dequantize_row_q4_K: lower case but for the K.
    const name = `dequantize_row_${type.toLowerCase().replace(/k$/, "K")}`;
    const call = lib.getFunction(name, { arguments: ["buffer", "buffer", "i64"], return: "void" });
    return (bytes, elements) => {
      const out = new Float32Array(elements);
      call(bytes, new Uint8Array(out.buffer), BigInt(elements));
      return out;
    };
  };
}

const pieceElements = 1 << 20;

async function measureTensor(
  original: { info: TensorInfo; source: RangeSource },
  written: { info: TensorInfo; source: RangeSource },
  dequantizerOf: (type: TensorType) => Dequantizer,
): Promise<ReturnType<typeof errorMeter>> {
  const meter = errorMeter();
  const elements = written.info.shape.reduce((product, extent) => product * extent, 1);
  const step = Math.floor(pieceElements / blockLength(written.info.type)) * blockLength(written.info.type);
  for (let from = 0; from < elements; from += step) {
    const count = Math.min(step, elements - from);
    const before = await readPiece(original, from, count, dequantizerOf);
    const after = await readPiece(written, from, count, dequantizerOf);
    meter.add(before, after);
  }
  return meter;
}

async function readPiece(
  { info, source }: { info: TensorInfo; source: RangeSource },
  from: number,
  count: number,
  dequantizerOf: (type: TensorType) => Dequantizer,
): Promise<Float32Array> {
  const start = info.offset + tensorBytes(info.type, from);
  const bytes = await source.readRange(start, start + tensorBytes(info.type, count));
  return isPortableType(info.type) ? dequantize(info.type, bytes, count) : dequantizerOf(info.type)(bytes, count);
}

function architectureOf(file: GgufFile): string {
  return String(file.metadata.get("general.architecture")?.value ?? "unknown");
}

async function measure(request: ChildRequest): Promise<QuantizationReport> {
  const dequantizerOf = nativeDequantizers(request.library);
  await using before = await openFile(request.input);
  await using after = await openFile(request.output);
  const originals = new Map((await readGguf(before)).tensors.map((info) => [info.name, info]));
  const written = await readGguf(after);
  const total = errorMeter();
  const tensors: TensorReport[] = [];
  const kinds = new Map<TensorType, number>();
  for (const info of written.tensors) {
    const original = originals.get(info.name);
    if (original === undefined) throw new Error(`tensor "${info.name}" is not in ${request.input}`);
    const meter = await measureTensor({ info: original, source: before }, { info, source: after }, dequantizerOf);
    total.merge(meter.sums);
    kinds.set(info.type, (kinds.get(info.type) ?? 0) + 1);
    tensors.push({
      name: info.name,
      type: info.type,
      shape: info.shape,
      bytes: info.bytes,
      rmse: meter.rmse,
      maxError: meter.maxError,
    });
  }
  const mixture = [...kinds].map(([type, count]) => `${count} × ${type}`).join(", ");
  const notes = [`llama.cpp chose the types: ${mixture}`];
  return summarize(
    { format: request.format, architecture: architectureOf(written), bytes: after.size, tensors, notes },
    total,
  );
}

function parseRequest(argument: string | undefined): ChildRequest {
  if (argument === undefined) throw new Error("kquants-child: the request is missing");
  return JSON.parse(argument);
}

const request = parseRequest(process.argv[2]);
quantizeFile(request);
process.stdout.write(JSON.stringify(await measure(request)));
