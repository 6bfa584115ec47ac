// An encoder: its architecture read from config.json and its weights by Hugging Face name, all float32.
import { bert } from "./architectures/bert.ts";
import type { EncoderArchitecture, EncoderFamily } from "./architectures/encoder-family.ts";
import { isRecord, readJson, type FileSource } from "./file-source.ts";
import { readWeights, type Weights } from "./safetensors.ts";

export type EncoderModel = { architecture: EncoderArchitecture; weights: Weights };

const families: readonly EncoderFamily[] = [bert];

/** Every `model_type` that readEncoderConfig understands. */
export const encoderModelTypes: readonly string[] = families.flatMap((family) => family.modelTypes);

/** Reads a parsed config.json as transformers 4 or 5 writes it. */
export function readEncoderConfig(json: unknown): EncoderArchitecture {
  if (!isRecord(json)) throw new Error("config.json: expected an object");
  const type = json["model_type"];
  const family = families.find((candidate) => candidate.modelTypes.some((known) => known === type));
  if (!family) {
    const supported = encoderModelTypes.join(", ");
    throw new Error(
      `config.json: model_type ${JSON.stringify(type) ?? "is missing"} is no encoder that is read; supported: ${supported}`,
    );
  }
  return family.read(json);
}

/**
 * Joins config and weights, checking that every weight is there with its shape; weights that are not used are left out.
 * Names without the model's prefix (checkpoints of the bare model) and BERT's first names of LayerNorm's parts are accepted.
 */
export function createEncoderModel(json: unknown, found: Weights): EncoderModel {
  const architecture = readEncoderConfig(json);
  const weights: Weights = new Map();
  for (const { name, shape } of architecture.weights) {
    const weight = spellings(name, architecture.prefix)
      .map((spelling) => found.get(spelling))
      .find(Boolean);
    if (!weight) throw new Error(`weight ${name} is missing`);
    if (weight.shape.join() !== shape.join()) {
      throw new Error(`weight ${name} is ${weight.shape.join("×")}, config.json says ${shape.join("×")}`);
    }
    weights.set(name, weight);
  }
  return { architecture, weights };
}

function spellings(name: string, prefix: string): string[] {
  const names = name.startsWith(`${prefix}.`) ? [name, name.slice(prefix.length + 1)] : [name];
  return [...names, ...names.map(oldSpelling)];
}

function oldSpelling(name: string): string {
  return name.replace(/LayerNorm\.weight$/, "LayerNorm.gamma").replace(/LayerNorm\.bias$/, "LayerNorm.beta");
}

/** Reads config.json and all weights as float32; throws one line where they do not belong together. */
export async function readEncoderFolder(source: FileSource): Promise<EncoderModel> {
  const config = await readJson(source, "config.json");
  readEncoderConfig(config);
  return createEncoderModel(config, await readWeights(source));
}
