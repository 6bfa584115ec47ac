import { expect, test } from "vitest";
import { packCheckpoint, unpackCheckpoint, type Progress } from "./checkpoint.ts";
import type { TrainingState } from "./training.ts";

const progress: Progress = {
  step: 7,
  tokens: 1234,
  curve: [{ step: 6, loss: 1.5, lr: 1e-3, gradNorm: 0.25 }],
  evalCurve: [{ step: 5, loss: 2 }],
};

function stateOf(withMoments: boolean): TrainingState {
  const data = Float32Array.of(0.1, -2, 3e-8, 4);
  const moments = withMoments ? { m: data.map((value) => value / 3), v: data.map((value) => value * value) } : {};
  return {
    step: 7,
    tensors: new Map([["model.layers.0.q.lora_A.weight", { weight: { shape: [2, 2], data }, ...moments }]]),
  };
}

test.each([true, false])("state and progress come back bit by bit (moments: %s)", async (withMoments) => {
  const state = stateOf(withMoments);
  const files = await packCheckpoint(state, progress);
  expect(Object.keys(files).sort()).toEqual(["progress.json", "state.safetensors"]);
  expect(await unpackCheckpoint(async (path) => files[path]!)).toEqual({ state, progress });
});

test("a checkpoint is a copy: training on does not change it", async () => {
  const state = stateOf(true);
  const files = await packCheckpoint(state, progress);
  state.tensors.get("model.layers.0.q.lora_A.weight")!.weight.data.fill(9);
  const { state: kept } = await unpackCheckpoint(async (path) => files[path]!);
  expect(kept).toEqual(stateOf(true));
});

test("a foreign or cut checkpoint is refused", async () => {
  const files = await packCheckpoint(stateOf(true), progress);
  const foreign: Record<string, Uint8Array> = {
    ...files,
    "progress.json": new TextEncoder().encode('{"step":"seven"}'),
  };
  await expect(unpackCheckpoint(async (path) => foreign[path]!)).rejects.toThrow(
    /progress\.json is not what training wrote/,
  );
  const cut: Record<string, Uint8Array> = { ...files, "state.safetensors": files["state.safetensors"]!.slice(0, -8) };
  await expect(unpackCheckpoint(async (path) => cut[path]!)).rejects.toThrow(/state\.safetensors: .*cut short/);
});
