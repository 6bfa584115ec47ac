// LoRA adapters in PEFT's file format (adapter_config.json + adapter_model.safetensors): read, write, initialise, merge.
// Hu et al., 2021 (LoRA); Kalajdzievski, 2023 (rsLoRA); Liu et al., 2024 (DoRA, merged only). Field names are PEFT's LoraConfig.
import { isRecord, readJson, type FileSource } from "./file-source.ts";
import type { Random } from "./random.ts";
import { openSafetensors, type Safetensors, type Weight } from "./safetensors.ts";
import { safetensorsBytes, type TensorToWrite } from "./safetensors-writer.ts";

export interface AdapterConfig {
  readonly r: number;
  readonly alpha: number;
  readonly dropout: number;
  /** Scale by alpha/√r instead of alpha/r. */
  readonly rslora: boolean;
  readonly dora: boolean;
  /** Module name endings, or one regular expression. */
  readonly targets: readonly string[] | string;
  /** Patterns over module names with their own rank or alpha; the first that matches counts. */
  readonly rankPattern: Readonly<Record<string, number>>;
  readonly alphaPattern: Readonly<Record<string, number>>;
  readonly fanInFanOut: boolean;
  readonly base: string | undefined;
}

/** A low-rank change of one linear layer: scale · B·A. */
export interface LoraModule {
  /** [rank, inputs] */
  readonly a: Weight;
  /** [outputs, rank] */
  readonly b: Weight;
  /** alpha/rank, or alpha/√rank. */
  readonly scale: number;
  /** DoRA: [outputs] */
  readonly magnitude?: Weight | undefined;
}

/** What PEFT's two files hold. */
export interface PeftAdapter {
  readonly config: AdapterConfig;
  /** By module name without PEFT's prefix, e.g. `model.layers.0.self_attn.q_proj`. */
  readonly modules: ReadonlyMap<string, LoraModule>;
}

/** A linear layer of a model: its module name and sizes. */
export interface LinearShape {
  readonly module: string;
  readonly in: number;
  readonly out: number;
}

const prefix = "base_model.model.";
const configFile = "adapter_config.json";

function numbers(value: unknown, field: string): Record<string, number> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw new Error(`${configFile}: ${field} is not an object; write the adapter again with PEFT`);
  return Object.fromEntries(Object.entries(value).map(([pattern, entry]) => [pattern, Number(entry)]));
}

function readTargets(value: unknown): readonly string[] | string {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.map(String) : [];
}

// Options that change what the adapter computes and that are not implemented; each would give silently wrong results.
const refusedOptions = [
  "modules_to_save",
  "lora_bias",
  "layer_replication",
  "target_parameters",
  "trainable_token_indices",
  "use_qalora",
  "use_bdlora",
  "alora_invocation_tokens",
  "arrow_config",
  "kasa_config",
  "velora_config",
  "monteclora_config",
];

export function readAdapterConfig(parsed: unknown): AdapterConfig {
  if (!isRecord(parsed)) throw new Error(`${configFile}: not a JSON object; choose a folder that PEFT wrote`);
  if (parsed["peft_type"] !== "LORA") {
    throw new Error(`${configFile}: peft_type is ${JSON.stringify(parsed["peft_type"])}; only LORA adapters are read`);
  }
  const refused = refusedOptions.find((option) => Boolean(parsed[option]));
  if (refused !== undefined)
    throw new Error(`${configFile}: ${refused} is set, which is not supported; train without it`);
  if (parsed["bias"] !== undefined && parsed["bias"] !== "none") {
    throw new Error(
      `${configFile}: bias is ${JSON.stringify(parsed["bias"])}, which is not supported; train with "none"`,
    );
  }
  const r = parsed["r"];
  if (typeof r !== "number" || !Number.isInteger(r) || r < 1) {
    throw new Error(`${configFile}: r is ${JSON.stringify(r)}; it must be a whole number from 1`);
  }
  const base = parsed["base_model_name_or_path"];
  return {
    r,
    alpha: Number(parsed["lora_alpha"] ?? 8),
    dropout: Number(parsed["lora_dropout"] ?? 0),
    rslora: parsed["use_rslora"] === true,
    dora: parsed["use_dora"] === true,
    targets: readTargets(parsed["target_modules"]),
    rankPattern: numbers(parsed["rank_pattern"], "rank_pattern"),
    alphaPattern: numbers(parsed["alpha_pattern"], "alpha_pattern"),
    fanInFanOut: parsed["fan_in_fan_out"] === true,
    base: typeof base === "string" ? base : undefined,
  };
}

function matched(patterns: Readonly<Record<string, number>>, module: string): number | undefined {
  const found = Object.keys(patterns).find((pattern) => new RegExp(`^(.*\\.)?(${pattern})$`).test(module));
  return found === undefined ? undefined : patterns[found];
}

/** Rank and scaling of one module under the config's patterns. */
export function loraScaling(config: AdapterConfig, module: string): { rank: number; scale: number } {
  const rank = matched(config.rankPattern, module) ?? config.r;
  const alpha = matched(config.alphaPattern, module) ?? config.alpha;
  return { rank, scale: alpha / (config.rslora ? Math.sqrt(rank) : rank) };
}

// `.lora_A.weight`, or `.lora_A.default.weight` as a state dict names it.
const keyPattern = /^base_model\.model\.(.+)\.lora_(A|B|magnitude_vector)(?:\.(?!weight$)[^.]+)?(?:\.weight)?$/;

async function readModule(
  config: AdapterConfig,
  weights: Safetensors,
  module: string,
  keys: Readonly<Record<string, string>>,
) {
  const { A: keyA, B: keyB, magnitude_vector: keyM } = keys;
  if (keyA === undefined || keyB === undefined) {
    throw new Error(
      `adapter: module ${module} has only one of lora_A and lora_B; download or export the adapter again`,
    );
  }
  const [rank = 0] = weights.info(keyA).shape;
  const [, rankOfB] = weights.info(keyB).shape;
  const expected = loraScaling(config, module);
  if (rank !== expected.rank || rankOfB !== rank) {
    throw new Error(
      `${weights.info(keyA).file}: module ${module} has rank ${rank} and ${rankOfB} where ${configFile} says ${expected.rank}; the two files do not belong together`,
    );
  }
  if (config.dora !== (keyM !== undefined)) {
    throw new Error(
      `adapter: use_dora is ${config.dora} but module ${module} says otherwise; export the adapter again`,
    );
  }
  const read = async (key: string) => ({ shape: weights.info(key).shape, data: await weights.float32(key) });
  const magnitude = keyM === undefined ? undefined : await read(keyM);
  return { a: await read(keyA), b: await read(keyB), scale: expected.scale, magnitude };
}

/** Reads an adapter directory; refuses with one sentence what it cannot compute exactly. */
export async function readAdapter(source: FileSource): Promise<PeftAdapter> {
  const config = readAdapterConfig(await readJson(source, configFile));
  const weights = await openSafetensors(source, "adapter_model");
  const keysOf = new Map<string, Record<string, string>>();
  for (const key of weights.names) {
    const [, module, part] = keyPattern.exec(key) ?? [];
    if (module === undefined || part === undefined) {
      throw new Error(
        `${weights.info(key).file}: tensor "${key}" is no LoRA weight of a linear layer; train without it`,
      );
    }
    keysOf.set(module, { ...keysOf.get(module), [part]: key });
  }
  const modules = new Map<string, LoraModule>();
  for (const [module, keys] of keysOf) modules.set(module, await readModule(config, weights, module, keys));
  return { config, modules };
}

/** PEFT's two files. Weights are float32. */
export async function writeAdapter({
  config,
  modules,
}: PeftAdapter): Promise<{ path: string; content: string | Uint8Array }[]> {
  const written = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: config.base ?? null,
    r: config.r,
    lora_alpha: config.alpha,
    lora_dropout: config.dropout,
    target_modules: config.targets,
    use_rslora: config.rslora,
    use_dora: config.dora,
    rank_pattern: config.rankPattern,
    alpha_pattern: config.alphaPattern,
    fan_in_fan_out: config.fanInFanOut,
    bias: "none",
    init_lora_weights: true,
    inference_mode: true,
    modules_to_save: null,
  };
  const tensors = [...modules].flatMap(([module, { a, b, magnitude }]) => [
    { name: `${prefix}${module}.lora_A.weight`, dtype: "F32" as const, shape: a.shape, data: () => a.data },
    { name: `${prefix}${module}.lora_B.weight`, dtype: "F32" as const, shape: b.shape, data: () => b.data },
    ...(magnitude === undefined
      ? []
      : [
          {
            name: `${prefix}${module}.lora_magnitude_vector`,
            dtype: "F32" as const,
            shape: magnitude.shape,
            data: () => magnitude.data,
          },
        ]),
  ]);
  return [
    { path: configFile, content: `${JSON.stringify(written, null, 2)}\n` },
    { path: "adapter_model.safetensors", content: await safetensorsBytes(tensors) },
  ];
}

/** A fresh adapter as PEFT initialises it: A uniform in ±1/√inputs (Kaiming with a = √5), B zero. */
export function freshAdapter(config: AdapterConfig, linears: readonly LinearShape[], random: Random): PeftAdapter {
  const modules = new Map<string, LoraModule>();
  for (const { module, in: inputs, out: outputs } of linears) {
    const { rank, scale } = loraScaling(config, module);
    const bound = 1 / Math.sqrt(inputs);
    const a = Float32Array.from({ length: rank * inputs }, () => (2 * random.uniform() - 1) * bound);
    modules.set(module, {
      a: { shape: [rank, inputs], data: a },
      b: { shape: [outputs, rank], data: new Float32Array(outputs * rank) },
      scale,
    });
  }
  return { config, modules };
}

/** Whether a module is picked by PEFT's target_modules: a name ending, or a regular expression over the whole name. */
export function isTarget(targets: AdapterConfig["targets"], module: string): boolean {
  if (typeof targets === "string") return new RegExp(`^(?:${targets})$`).test(module);
  return targets.some((target) => module === target || module.endsWith(`.${target}`));
}

/** [outputs, inputs] of the layer that a module changes. */
function sizesOf({ a, b }: LoraModule): { inputs: number; outputs: number; rank: number } {
  const [rank = 0, inputs = 0] = a.shape;
  return { rank, inputs, outputs: b.shape[0] ?? 0 };
}

/** scale · B·A as [outputs, inputs]. */
function deltaOf(module: LoraModule): Float32Array {
  const { rank, inputs, outputs } = sizesOf(module);
  const [a, b] = [module.a.data, module.b.data];
  const delta = new Float32Array(outputs * inputs);
  for (let out = 0; out < outputs; out++) {
    for (let k = 0; k < rank; k++) {
      const factor = (b[out * rank + k] ?? 0) * module.scale;
      if (factor === 0) continue;
      for (let into = 0; into < inputs; into++) {
        delta[out * inputs + into]! += factor * (a[k * inputs + into] ?? 0);
      }
    }
  }
  return delta;
}

function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[column * rows + row] = matrix[row * columns + column] ?? 0;
  }
  return turned;
}

/** Scales every output's row to DoRA's learnt magnitude. */
function renormalise(weight: Float32Array, inputs: number, magnitude: Float32Array): void {
  magnitude.forEach((length, out) => {
    const row = weight.subarray(out * inputs, (out + 1) * inputs);
    const norm = Math.sqrt(row.reduce((sum, entry) => sum + entry * entry, 0));
    row.forEach((entry, at) => (row[at] = (entry * length) / norm));
  });
}

/** weight [outputs, inputs] (or [inputs, outputs] where `transposed`, GPT-2's Conv1D) with the adapter's change added, in float32. */
export function mergedWeight(weight: Float32Array, module: LoraModule, transposed: boolean): Float32Array {
  const { inputs, outputs } = sizesOf(module);
  const upright = transposed ? transpose(weight, inputs, outputs) : weight;
  const merged = deltaOf(module);
  for (let at = 0; at < merged.length; at++) merged[at]! += upright[at] ?? 0;
  if (module.magnitude !== undefined) renormalise(merged, inputs, module.magnitude.data);
  return transposed ? transpose(merged, outputs, inputs) : merged;
}

/** Checkpoints of GPT-2 and of bare base models leave out the first part of the module's name. */
function weightName(base: Safetensors, module: string): string | undefined {
  const names = [`${module}.weight`, `${module.replace(/^(?:transformer|model)\./, "")}.weight`];
  return names.find((name) => base.has(name));
}

/**
 * All tensors of the base in their stored types, with the adapter merged where it applies; each is computed when it is written.
 * `isTransposed` tells which modules keep their weight as [inputs, outputs]. Throws when a module or a shape is not in the base.
 */
export function mergeAdapter(
  base: Safetensors,
  adapter: PeftAdapter,
  isTransposed: (module: string) => boolean,
): TensorToWrite[] {
  const moduleOf = new Map<string, string>();
  for (const [module, change] of adapter.modules) {
    const { inputs, outputs } = sizesOf(change);
    const name = weightName(base, module);
    if (name === undefined)
      throw new Error(`adapter: module ${module} is not in the base model; choose the base it was trained on`);
    const { shape } = base.info(name);
    const expected = isTransposed(module) ? [inputs, outputs] : [outputs, inputs];
    if (shape.length !== 2 || shape[0] !== expected[0] || shape[1] !== expected[1]) {
      throw new Error(
        `adapter: module ${module} is [${expected.join(", ")}] but the base has [${shape.join(", ")}]; choose the base it was trained on`,
      );
    }
    moduleOf.set(name, module);
  }
  return base.names.map((name) => {
    const { dtype, shape } = base.info(name);
    const moduleName = moduleOf.get(name);
    const module = moduleName === undefined ? undefined : adapter.modules.get(moduleName);
    if (moduleName === undefined || module === undefined) return { name, dtype, shape, data: () => base.bytes(name) };
    const transposed = isTransposed(moduleName);
    return { name, dtype, shape, data: async () => mergedWeight(await base.float32(name), module, transposed) };
  });
}
