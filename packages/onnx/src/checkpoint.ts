// A training checkpoint as two files: state.safetensors (weights and optimizer moments) and progress.json (curves, counters).
import { isRecord, memorySource } from "./file-source.ts";
import { openSafetensors, type Weight } from "./safetensors.ts";
import { safetensorsBytes } from "./safetensors-writer.ts";
import type { TrainingState } from "./training.ts";

export interface Progress {
  /** Optimizer steps done. */
  readonly step: number;
  /** Non-pad tokens seen. */
  readonly tokens: number;
  readonly curve: readonly CurvePoint[];
  readonly evalCurve: readonly { step: number; loss: number }[];
}

export interface CurvePoint {
  readonly step: number;
  /** Mean over the target tokens of the step. */
  readonly loss: number;
  readonly lr: number;
  /** Before clipping. */
  readonly gradNorm: number;
}

const stateFile = "state.safetensors";
const progressFile = "progress.json";

export async function packCheckpoint(state: TrainingState, progress: Progress): Promise<Record<string, Uint8Array>> {
  const tensors = [...state.tensors].flatMap(([name, { weight, m, v }]) => {
    const { shape } = weight;
    const part = (role: string, data: Float32Array | undefined) =>
      data === undefined ? [] : [{ name: `${role}/${name}`, dtype: "F32" as const, shape, data: () => data }];
    return [...part("weight", weight.data), ...part("m", m), ...part("v", v)];
  });
  return {
    [stateFile]: await safetensorsBytes(tensors, { step: String(state.step) }),
    [progressFile]: new TextEncoder().encode(JSON.stringify(progress)),
  };
}

/** Reads back what packCheckpoint wrote. */
export async function unpackCheckpoint(
  read: (path: string) => Promise<Uint8Array>,
): Promise<{ state: TrainingState; progress: Progress }> {
  const stored = await openSafetensors(memorySource({ [stateFile]: await read(stateFile) }), "state");
  const tensors: TrainingState["tensors"] = new Map();
  for (const key of stored.names) {
    if (!key.startsWith("weight/")) continue;
    const name = key.slice("weight/".length);
    const weight: Weight = { shape: stored.info(key).shape, data: await stored.float32(key) };
    const [m, v] = [`m/${name}`, `v/${name}`];
    tensors.set(name, {
      weight,
      ...(stored.has(m) ? { m: await stored.float32(m) } : {}),
      ...(stored.has(v) ? { v: await stored.float32(v) } : {}),
    });
  }
  const progress: unknown = JSON.parse(new TextDecoder().decode(await read(progressFile)));
  if (!isProgress(progress))
    throw new Error(`checkpoint: ${progressFile} is not what training wrote; start without it`);
  return { state: { step: Number(stored.metadata["step"]), tensors }, progress };
}

function isProgress(value: unknown): value is Progress {
  return (
    isRecord(value) &&
    typeof value["step"] === "number" &&
    typeof value["tokens"] === "number" &&
    Array.isArray(value["curve"]) &&
    Array.isArray(value["evalCurve"])
  );
}
