// What a model folder must hold, wherever it lies, and the facets that its files give.
import { readEmbedderLayout, within, type EmbedderLayout } from "@heddle/inference/embedder-layout";
import { fingerprintOfFiles } from "@heddle/inference/embedder-fingerprint";
import { encoderModelTypes, readEncoderConfig } from "@heddle/onnx/encoder-model";
import { isRecord, readJson, type FileSource } from "@heddle/onnx/file-source";
import { modelFingerprint } from "@heddle/onnx/model-fingerprint";
import { openSafetensors, type Safetensors } from "@heddle/onnx/safetensors";
import { digestOf, sha256 } from "@heddle/schema/canonical";
import type { Facets } from "@heddle/schema/type";
import { compileChatTemplate } from "@heddle/text/chat-template";
import type { Tokenizer } from "@heddle/text/tokenizer";
import { readTokenizer, tokenizerFileNames } from "@heddle/text/tokenizer-files";

const pickle = /\.(?:bin|pt|pth|ckpt|pkl|pickle)$/i;

export const pickleReason =
  "a pickle, and loading one can run code that is hidden in it; convert it to safetensors (save_pretrained does) and load that";

/** Wins over the template in tokenizer_config.json, here as in transformers. */
export const templateFile = "chat_template.jinja";

/** The folder as if it had this chat template; as it is without one. Throws one line where the template is no valid Jinja. */
export function withChatTemplate(source: FileSource, template: string | undefined): FileSource {
  if (!template) return source;
  compileChatTemplate(template);
  const content = new TextEncoder().encode(template);
  return {
    async list() {
      const others = (await source.list()).filter(({ path }) => path !== templateFile);
      return [...others, { path: templateFile, size: content.length }];
    },
    read: async (path) => (path === templateFile ? content : source.read(path)),
    readRange: async (path, start, end) =>
      path === templateFile ? content.subarray(start, end) : source.readRange(path, start, end),
  };
}

const generationFile = "generation_config.json";
const indexFile = "model.safetensors.index.json";

export interface ModelFolder {
  /** The files that are taken; the rest of the folder stays where it is. */
  readonly files: readonly string[];
  readonly tokenizerFiles: readonly string[];
  readonly tokenizer: Tokenizer | undefined;
  readonly model: Facets;
  readonly tokenizerFacets: Facets;
  /** Digest of everything that is taken. */
  readonly identity: string;
}

/** Whether a file of this name could be taken from a folder. */
export function isTaken(path: string): boolean {
  return /\.(?:json|safetensors|jinja|model)$/.test(path);
}

/** Refuses a folder whose weights cannot be read, with the reason. A static embedder may lie in a folder of its own, without a config. */
function refuseWithoutWeights(paths: readonly string[]): void {
  if (!paths.includes("config.json") && !paths.includes("modules.json")) {
    throw new Error("config.json: not found; choose the folder of a model as save_pretrained or the Hub lays it out");
  }
  if (paths.some((path) => path.endsWith(".safetensors"))) return;
  const refused = paths.find((path) => pickle.test(path));
  if (refused !== undefined) throw new Error(`${refused}: is ${pickleReason}`);
  throw new Error("model.safetensors: not found; choose a folder with weights in safetensors");
}

const dtypeNames: Readonly<Record<string, string>> = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
};

/** The type that most of the elements are stored in. */
function mainDtype(weights: Safetensors): string {
  const bytes = new Map<string, number>();
  for (const name of weights.names) {
    const { dtype, start, end } = weights.info(name);
    bytes.set(dtype, (bytes.get(dtype) ?? 0) + end - start);
  }
  const [largest] = [...bytes].sort((a, b) => b[1] - a[1])[0] ?? ["none"];
  return dtypeNames[largest] ?? largest.toLowerCase();
}

function facetsOfConfig(config: unknown): Facets {
  if (!isRecord(config) || typeof config["model_type"] !== "string") {
    throw new Error("config.json: has no model_type; choose the folder of a transformers model");
  }
  const type = config["model_type"];
  const context = config["max_position_embeddings"] ?? config["n_positions"];
  const vocabulary = config["vocab_size"];
  const labels = encoderModelTypes.includes(type) ? readEncoderConfig(config).labels.length : 0;
  return {
    architecture: type,
    ...(typeof context === "number" ? { context } : {}),
    ...(typeof vocabulary === "number" ? { vocabulary } : {}),
    ...(labels > 0 ? { task: "rerank", labels } : { task: "generate" }),
  };
}

function facetsOfEmbedder(layout: EmbedderLayout, config: unknown): Facets {
  const { maxLength: context, size: dimensions, kind } = layout;
  const shared = { ...(context === undefined ? {} : { context }), dimensions, task: "embed" };
  return kind === "static" ? { architecture: "static", ...shared } : { ...facetsOfConfig(config), ...shared };
}

function facetsOfTokenizer(tokenizer: Tokenizer): Facets {
  return {
    tokenizer: tokenizer.fingerprint,
    vocabulary: tokenizer.vocabularySize,
    chat: tokenizer.chatTemplate === null ? "none" : sha256(tokenizer.chatTemplate),
  };
}

/**
 * Reads config, safetensors headers and tokenizer; no weight is read. `digest` gives a file's SHA-256; a given chat template
 * stands in for the folder's.
 * Throws one line where a file is missing, cut short or not what it should be.
 */
export async function describeFolder(
  folder: FileSource,
  digest: (path: string) => Promise<string>,
  template?: string,
): Promise<ModelFolder> {
  const source = withChatTemplate(folder, template);
  const paths = (await source.list()).map(({ path }) => path);
  refuseWithoutWeights(paths);
  const layout = await readEmbedderLayout(source);
  const place = within(source, layout?.kind === "static" ? layout.at : "");
  const weights = await openSafetensors(place);
  const shards = new Set(weights.names.map((name) => weights.info(name).file));
  const tokenizerFiles = tokenizerFileNames.filter((path) => paths.includes(path));
  const index = shards.size > 1 ? [indexFile] : [];
  const own = ["config.json", generationFile, ...index, ...tokenizerFiles, ...shards];
  const wanted = [...own, ...(layout?.files ?? [])];
  const files = [...new Set(wanted)].filter((path) => paths.includes(path));

  const beside = (await place.list()).map(({ path }) => path);
  const hasTokenizer = tokenizerFileNames.some(
    (path) => beside.includes(path) && /^tokenizer\.json$|\.model$/.test(path),
  );
  const tokenizer = hasTokenizer ? await readTokenizer(place) : undefined;
  const tokenizerFacets = tokenizer === undefined ? {} : facetsOfTokenizer(tokenizer);
  const digests: { path: string; digest: string }[] = [];
  for (const path of files) {
    const isGiven = path === templateFile && template;
    digests.push({ path, digest: isGiven ? sha256(template) : await digest(path) });
  }
  const { vocabulary: _, ...tokenizerOfModel } = tokenizerFacets;
  const config = paths.includes("config.json") ? await readJson(source, "config.json") : undefined;
  return {
    files,
    tokenizerFiles,
    tokenizer,
    model: {
      ...(layout ? facetsOfEmbedder(layout, config) : facetsOfConfig(config)),
      ...(layout ? { embedder: fingerprintOfFiles(digests, layout) } : {}),
      ...tokenizerOfModel,
      dtype: mainDtype(weights),
      format: "safetensors",
      fingerprint: await modelFingerprint(digests),
    },
    tokenizerFacets,
    identity: digestOf(digests),
  };
}
