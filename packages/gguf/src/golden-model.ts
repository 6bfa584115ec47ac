// Test support: models of ../shared/assets as the converter reads them, through a minimal safetensors reader.

import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { HuggingFaceModel, WeightReader } from "./from-huggingface.ts";
import { isRecord } from "./json.ts";
import { dequantize, isPortableType } from "./quantize.ts";

/** The folder of derived test assets beside the checkout; absent on machines without them. */
export const derivedAssets = resolve(import.meta.dirname, "../../../../shared/assets/derived");
export const hasAssets = existsSync(derivedAssets);

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

export function goldenModel(folder: string): HuggingFaceModel {
  const directory = join(derivedAssets, folder);
  const file = (name: string): unknown =>
    existsSync(join(directory, name)) ? readJson(join(directory, name)) : undefined;
  const tokenizer = file("tokenizer.json");
  return {
    config: file("config.json"),
    weights: safetensors(readFileSync(join(directory, "model.safetensors"))),
    name: folder,
    ...(tokenizer !== undefined && { tokenizer: { tokenizer, config: file("tokenizer_config.json") } }),
  };
}

function safetensors(bytes: Uint8Array): WeightReader {
  const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
  if (!isRecord(header)) throw new Error("safetensors: the header is not an object");
  const entry = (name: string): { type: string; shape: number[]; start: number; end: number } => {
    const found = header[name];
    if (!isRecord(found)) throw new Error(`safetensors: no tensor "${name}"`);
    const [start, end] = [found["data_offsets"]].flat().map(Number);
    return {
      type: String(found["dtype"]),
      shape: [found["shape"]].flat().map(Number),
      start: start ?? 0,
      end: end ?? 0,
    };
  };
  return {
    names: () => Object.keys(header).filter((name) => name !== "__metadata__"),
    shape: (name) => entry(name).shape,
    float32(name) {
      const { type, shape, start, end } = entry(name);
      if (!isPortableType(type)) throw new Error(`safetensors: dtype ${type}`);
      const data = bytes.subarray(8 + headerBytes + start, 8 + headerBytes + end);
      return Promise.resolve(
        dequantize(
          type,
          data,
          shape.reduce((product, extent) => product * extent, 1),
        ),
      );
    },
  };
}
