// Rotary position embedding tables, with the frequency scalings of Hugging Face configs: default, linear and llama3.
import type { Config } from "./architectures/family.ts";
import { readNumber, readString } from "./config-fields.ts";
import { isRecord } from "./file-source.ts";

/** Angles per position of each rotated channel pair. */
export type Rope = { frequencies: Float64Array };

/**
 * Reads transformers 5's `rope_parameters` (flat, or by layer type) or transformers 4's `rope_theta` with `rope_scaling`.
 * `channels` is how many of a head's channels rotate.
 */
export function readRope(config: Config, channels: number, layerType?: string): Rope {
  const nested = isRecord(config["rope_parameters"]) ? config["rope_parameters"] : undefined;
  const byLayer = layerType === undefined ? undefined : nested?.[layerType];
  const scaling = isRecord(config["rope_scaling"]) ? config["rope_scaling"] : {};
  const parameters = isRecord(byLayer) ? byLayer : (nested ?? scaling);
  const theta = readNumber(parameters, "rope_theta", readNumber(config, "rope_theta", 10000));
  const frequencies = Float64Array.from({ length: channels / 2 }, (_, i) => theta ** ((-2 * i) / channels));

  const type = readString(parameters, "rope_type", readString(parameters, "type", "default"));
  if (type === "default") return { frequencies };
  if (type === "linear") {
    const factor = readNumber(parameters, "factor");
    return { frequencies: frequencies.map((frequency) => frequency / factor) };
  }
  if (type === "llama3") {
    const original = readNumber(config, "max_position_embeddings", 0);
    return { frequencies: scaleLlama3(frequencies, parameters, original) };
  }
  throw new Error(`config.json: rope_type ${type} is not supported; supported: default, linear, llama3`);
}

/** Llama 3.1's scaling: long wavelengths are stretched by `factor`, short ones kept, those between interpolated. */
function scaleLlama3(frequencies: Float64Array, parameters: Config, contextLength: number): Float64Array {
  const factor = readNumber(parameters, "factor");
  const low = readNumber(parameters, "low_freq_factor");
  const high = readNumber(parameters, "high_freq_factor");
  const original = readNumber(parameters, "original_max_position_embeddings", contextLength);
  return frequencies.map((frequency) => {
    const turns = (original * frequency) / (2 * Math.PI);
    if (turns < low) return frequency / factor;
    if (turns > high) return frequency;
    const smooth = (turns - low) / (high - low);
    return ((1 - smooth) * frequency) / factor + smooth * frequency;
  });
}

/** cos and sin, both [positions, channels / 2]. */
export function ropeTables({ frequencies }: Rope, positions: number): { cos: Float32Array; sin: Float32Array } {
  const half = frequencies.length;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      // float32 angles, as transformers computes them
      const angle = Math.fround(position * Math.fround(frequencies[i] ?? 0));
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { cos, sin };
}
