// How well a text answers a query, by an encoder that reads both at once and has a classification head (Nogueira and Cho 2019), as
// sentence-transformers' CrossEncoder counts it. Works in Node and in the browser.
import { createEncoder } from "@heddle/onnx/encoder";
import { readEncoderFolder } from "@heddle/onnx/encoder-model";
import { isRecord, readJson, type FileSource } from "@heddle/onnx/file-source";
import type { SessionOptions } from "@heddle/onnx/session-types";
import { readTokenizer } from "@heddle/text/tokenizer-files";
import { batchesByLength } from "./encoder-batches.ts";
import type { ModelFolder } from "./language-model.ts";
import { turns } from "./turns.ts";

export interface CrossEncoder extends AsyncDisposable {
  /** Names of the head's logits. */
  readonly labels: readonly string[];
  /** A score for each text, higher is better: the one logit, through a sigmoid unless the model says otherwise. */
  score(query: string, texts: readonly string[], signal?: AbortSignal): Promise<number[]>;
  /** Logits [labels] for each pair. */
  logits(pairs: readonly (readonly [string, string])[], signal?: AbortSignal): Promise<Float32Array[]>;
}

/** Padded tokens of a batch; see encoder-vectors.ts. */
const batchTokens = 768;

const activations: Readonly<Record<string, (logit: number) => number>> = {
  Sigmoid: (logit) => 1 / (1 + Math.exp(-logit)),
  Identity: (logit) => logit,
  Tanh: Math.tanh,
};

/** @throws Error where the folder has no classification head of an encoder, or asks for what is not supported */
export async function openCrossEncoder(folder: ModelFolder, options: SessionOptions = {}): Promise<CrossEncoder> {
  const model = await readEncoderFolder(folder);
  const { labels, contextLength } = model.architecture;
  if (labels.length === 0) {
    throw new Error("the model has no classification head; choose a cross-encoder (…ForSequenceClassification)");
  }
  const activate = await readActivation(folder);
  const tokenizer = await readTokenizer(folder);
  const asked = (await optionalJson(folder, "tokenizer_config.json"))["model_max_length"];
  const maxLength = typeof asked === "number" ? Math.min(asked, contextLength) : contextLength;
  const encoder = createEncoder(model, options);

  const logits: CrossEncoder["logits"] = async (pairs, signal) => {
    const turn = turns(signal);
    const sequences = pairs.map(([a, pair]) => tokenizer.encode(a, { pair, maxLength }));
    const found = pairs.map(() => new Float32Array(labels.length));
    const lengths = sequences.map(({ ids }) => ids.length);
    for (const batch of batchesByLength(lengths, batchTokens)) {
      const rows = batch.flatMap((row) => sequences[row] ?? []);
      const values = await encoder.classify(rows);
      for (const [i, row] of batch.entries())
        found[row]?.set(values.subarray(i * labels.length, (i + 1) * labels.length));
      await turn();
    }
    return found;
  };
  return {
    labels,
    logits,
    async score(query, texts, signal) {
      if (labels.length > 1) {
        throw new Error(
          `the model tells ${labels.join(", ")} apart and gives no score; choose a cross-encoder with one label`,
        );
      }
      const found = await logits(
        texts.map((text) => [query, text]),
        signal,
      );
      return found.map(([logit = Number.NaN]) => activate(logit));
    },
    [Symbol.asyncDispose]: () => encoder.release(),
  };
}

async function optionalJson(folder: FileSource, path: string): Promise<Record<string, unknown>> {
  const listed = await folder.list();
  const json = listed.some((file) => file.path === path) ? await readJson(folder, path) : {};
  return isRecord(json) ? json : {};
}

/** Where sentence-transformers has kept the function's name over its versions; a sigmoid where none is named. */
async function readActivation(folder: FileSource): Promise<(logit: number) => number> {
  const config = await optionalJson(folder, "config.json");
  const own = isRecord(config["sentence_transformers"]) ? config["sentence_transformers"] : {};
  const path =
    (await optionalJson(folder, "config_sentence_transformers.json"))["activation_fn"] ??
    own["activation_fn"] ??
    config["sbert_ce_default_activation_function"] ??
    "Sigmoid";
  const name = String(path).slice(String(path).lastIndexOf(".") + 1);
  const activation = activations[name];
  if (activation) return activation;
  throw new Error(
    `config.json: activation ${name} is not supported; supported: ${Object.keys(activations).join(", ")}`,
  );
}
