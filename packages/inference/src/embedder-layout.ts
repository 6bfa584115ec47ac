// How a folder makes vectors of texts, read from the small files that sentence-transformers and model2vec write beside the weights. No
// weight is read here. Formats: sentence-transformers 2 to 6 (modules.json and a config for each module), model2vec 0.1 to 0.10.
import { encoderModelTypes, readEncoderConfig } from "@heddle/onnx/encoder-model";
import { isRecord, readJson, type FileSource } from "@heddle/onnx/file-source";
import { poolings, type Pooling } from "@heddle/onnx/pooling";
import { openSafetensors } from "@heddle/onnx/safetensors";

export type Prompts = { readonly query: string; readonly document: string };

export type DenseLayout = {
  /** Folder, with a slash at its end. */
  readonly at: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: boolean;
  readonly activation: "Identity" | "Tanh" | "ReLU";
};

type Shared = {
  /** Numbers of a vector. */
  readonly size: number;
  readonly normalises: boolean;
  /** Tokens at most, special tokens included; undefined: no limit. */
  readonly maxLength: number | undefined;
  /** Put before a text, by what it is embedded as. */
  readonly prompts: Prompts;
  /** The files that are needed, besides the tokenizer's and the weights. */
  readonly files: readonly string[];
};

export type EncoderLayout = Shared & {
  readonly kind: "encoder";
  readonly maxLength: number;
  readonly pooling: Pooling;
  readonly dense: readonly DenseLayout[];
  readonly lowerCases: boolean;
};

export type StaticLayout = Shared & {
  readonly kind: "static";
  /** Folder of weights and tokenizer, with a slash at its end; empty: this one. */
  readonly at: string;
  /** model2vec leaves unknown tokens out; sentence-transformers' own static embedding does not. */
  readonly style: "model2vec" | "sentence-transformers";
};

export type EmbedderLayout = EncoderLayout | StaticLayout;

type Module = { readonly type: string; readonly at: string };

const modulesFile = "modules.json";
const limitFile = "sentence_bert_config.json";
const promptsFile = "config_sentence_transformers.json";
const again = "use a folder as sentence-transformers or model2vec saves it";

/**
 * The layout, or undefined where the folder holds another kind of model.
 * @throws Error naming the file and what it asks for that is not supported
 */
export async function readEmbedderLayout(folder: FileSource): Promise<EmbedderLayout | undefined> {
  const present = new Set((await folder.list()).map(({ path }) => path));
  const optional = async (path: string): Promise<Record<string, unknown>> => {
    const json = present.has(path) ? await readJson(folder, path) : {};
    if (!isRecord(json)) throw new Error(`${path}: expected an object; ${again}`);
    return json;
  };
  const config = await optional("config.json");
  if (hasHead(config)) return undefined;
  const modules = present.has(modulesFile) ? readModules(await readJson(folder, modulesFile)) : plainModules(config);
  const [first, ...rest] = modules;
  if (!first) return undefined;
  const prompts = readPrompts(await optional(promptsFile));
  const files = [modulesFile, limitFile, promptsFile, "config.json"].filter((path) => present.has(path));
  if (first.type === "StaticEmbedding") return readStatic(folder, { first, rest, config, prompts, files });
  if (first.type !== "Transformer") throw unsupported(first.type);
  if (first.at !== "")
    throw new Error(`${modulesFile}: its Transformer lies in ${first.at}, not in the folder; ${again}`);
  const limits = { ...(await optional("tokenizer_config.json")), ...(await optional(limitFile)) };
  const steps = { configs: [] as unknown[] };
  for (const { at } of rest) steps.configs.push(await optional(`${at}config.json`));
  const own = rest.flatMap(({ at, type }) => [
    ...(present.has(`${at}config.json`) ? [`${at}config.json`] : []),
    ...(type === "Dense" ? [denseFile(present, at)] : []),
  ]);
  return readEncoder({ config, limits, rest, configs: steps.configs, prompts, files: [...files, ...own] });
}

function unsupported(type: string): Error {
  return new Error(
    `${modulesFile}: module ${type} is not supported; supported: Transformer, StaticEmbedding, Pooling, Dense, Normalize`,
  );
}

function hasHead({ architectures }: Record<string, unknown>): boolean {
  return (
    Array.isArray(architectures) && architectures.some((name) => String(name).endsWith("ForSequenceClassification"))
  );
}

/** What sentence-transformers makes of a folder without modules.json: the mean of a plain encoder's states. */
function plainModules({ model_type: type }: Record<string, unknown>): Module[] {
  if (type === "model2vec") return [{ type: "StaticEmbedding", at: "" }];
  return encoderModelTypes.some((known) => known === type) ? [{ type: "Transformer", at: "" }] : [];
}

/** Modules by the last part of their class name: the packages they lie in have moved. */
function readModules(json: unknown): Module[] {
  if (!Array.isArray(json)) throw new Error(`${modulesFile}: expected a list; ${again}`);
  return json.map((entry: unknown) => {
    const { type, path } = isRecord(entry) ? entry : {};
    if (typeof type !== "string" || typeof path !== "string") {
      throw new Error(`${modulesFile}: a module has no type or path; ${again}`);
    }
    if (path.startsWith("/") || path.split("/").includes("..")) {
      throw new Error(`${modulesFile}: path ${path} leads out of the folder; ${again}`);
    }
    return { type: type.slice(type.lastIndexOf(".") + 1), at: path === "" || path === "." ? "" : `${path}/` };
  });
}

/** By sentence-transformers' rule: documents take the first of three names, and a missing prompt is none. */
function readPrompts({ prompts }: Record<string, unknown>): Prompts {
  const named = isRecord(prompts) ? prompts : {};
  const first = (...names: string[]): string => {
    const found = names.map((name) => named[name]).find((prompt) => typeof prompt === "string");
    return typeof found === "string" ? found : "";
  };
  return { query: first("query"), document: first("document", "passage", "corpus") };
}

type EncoderParts = {
  readonly config: Record<string, unknown>;
  readonly limits: Record<string, unknown>;
  readonly rest: readonly Module[];
  readonly configs: readonly unknown[];
  readonly prompts: Prompts;
  readonly files: readonly string[];
};

function readEncoder({ config, limits, rest, configs, prompts, files }: EncoderParts): EncoderLayout {
  const { hiddenSize, contextLength } = readEncoderConfig(config);
  const asked = limits["max_seq_length"] ?? limits["model_max_length"];
  let pooling: Pooling = "mean";
  let normalises = false;
  const dense: DenseLayout[] = [];
  for (const [i, { type, at }] of rest.entries()) {
    const own = configs[i];
    const fields = isRecord(own) ? own : {};
    if (type === "Pooling") pooling = readPooling(fields, at, prompts);
    else if (type === "Dense") dense.push(readDense(fields, at));
    else if (type === "Normalize") normalises = true;
    else if (type !== "Dropout") throw unsupported(type);
  }
  return {
    kind: "encoder",
    size: dense.at(-1)?.outputs ?? hiddenSize,
    normalises,
    maxLength: typeof asked === "number" ? Math.min(asked, contextLength) : contextLength,
    prompts,
    files,
    pooling,
    dense,
    lowerCases: limits["do_lower_case"] === true && limits["max_seq_length"] !== undefined,
  };
}

const legacyPoolings: Readonly<Record<string, string>> = {
  pooling_mode_cls_token: "cls",
  pooling_mode_max_tokens: "max",
  pooling_mode_mean_tokens: "mean",
  pooling_mode_mean_sqrt_len_tokens: "mean_sqrt_len",
  pooling_mode_weightedmean_tokens: "weightedmean",
  pooling_mode_lasttoken: "lasttoken",
};

function readPooling(fields: Record<string, unknown>, at: string, prompts: Prompts): Pooling {
  const place = `${at}config.json`;
  const legacy = Object.entries(legacyPoolings).flatMap(([field, name]) => (fields[field] === true ? [name] : []));
  const written = [fields["pooling_mode"] ?? (legacy.length === 0 ? "mean" : legacy)].flat();
  const names = written.map((name) => String(name).replace(/_tokens$/, ""));
  const pooling = poolings.find((known) => known === names[0]);
  if (names.length > 1) {
    throw new Error(
      `${place}: poolings ${names.join(" and ")} side by side are not supported; choose a model with one`,
    );
  }
  if (!pooling) throw new Error(`${place}: pooling ${names[0]} is not supported; supported: ${poolings.join(", ")}`);
  if (fields["include_prompt"] === false && (prompts.query || prompts.document)) {
    throw new Error(`${place}: include_prompt false is not supported; choose a model that pools its prompt too`);
  }
  return pooling;
}

const activations = ["Identity", "Tanh", "ReLU"] as const;

function readDense(fields: Record<string, unknown>, at: string): DenseLayout {
  const { in_features: inputs, out_features: outputs, bias, activation_function: path = "Tanh" } = fields;
  const name = String(path).slice(String(path).lastIndexOf(".") + 1);
  const activation = activations.find((known) => known === name);
  if (!activation) {
    throw new Error(`${at}config.json: activation ${name} is not supported; supported: ${activations.join(", ")}`);
  }
  if (typeof inputs !== "number" || typeof outputs !== "number") {
    throw new Error(`${at}config.json: has no in_features or out_features; ${again}`);
  }
  return { at, inputs, outputs, bias: bias !== false, activation };
}

function denseFile(present: ReadonlySet<string>, at: string): string {
  const file = `${at}model.safetensors`;
  if (present.has(file)) return file;
  const pickle = `${at}pytorch_model.bin`;
  throw new Error(
    present.has(pickle)
      ? `${pickle}: is a pickle, and loading one can run code that is hidden in it; save the model again with safetensors`
      : `${file}: not found; ${again}`,
  );
}

/** A folder inside a folder as one of its own. */
export function within(source: FileSource, at: string): FileSource {
  if (at === "") return source;
  return {
    async list() {
      const files = await source.list();
      return files
        .filter(({ path }) => path.startsWith(at))
        .map(({ path, size }) => ({ path: path.slice(at.length), size }));
    },
    read: (path) => source.read(at + path),
    readRange: (path, start, end) => source.readRange(at + path, start, end),
  };
}

type StaticParts = Omit<EncoderParts, "limits" | "configs"> & { readonly first: Module };

async function readStatic(
  folder: FileSource,
  { first, rest, config, prompts, files }: StaticParts,
): Promise<StaticLayout> {
  const other = rest.find(({ type }) => type !== "Normalize");
  if (other) throw unsupported(`${other.type} behind StaticEmbedding`);
  const weights = await openSafetensors(within(folder, first.at));
  const isModel2vec = weights.has("embeddings");
  const { shape, file } = weights.info(isModel2vec ? "embeddings" : "embedding.weight");
  const [, size] = shape;
  if (shape.length !== 2 || size === undefined) throw new Error(`${file}: the embeddings are no matrix; ${again}`);
  const { max_length: most = 512 } = config;
  return {
    kind: "static",
    at: first.at,
    style: isModel2vec ? "model2vec" : "sentence-transformers",
    size,
    normalises: config["normalize"] === true || rest.length > 0,
    maxLength: isModel2vec && typeof most === "number" ? most : undefined,
    prompts,
    files: first.at === "" ? files : [...files, `${first.at}tokenizer.json`, `${first.at}${file}`],
  };
}
