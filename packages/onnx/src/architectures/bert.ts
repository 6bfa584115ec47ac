// The BERT family: learned positions added to the words, attention in both directions, LayerNorm after each residual sum, GELU.
// RoBERTa and its kin count positions from behind the padding id, DistilBERT has no token types; each spells its weights in its own way.
import { readNumber, readOptionalNumber, readString } from "../config-fields.ts";
import { isRecord } from "../file-source.ts";
import type { Tensor } from "../ir.ts";
import { add, gather, layerNorm, reshape, tanh } from "../ops.ts";
import { findActivation, relu } from "./activations.ts";
import type { EncoderArchitecture, EncoderContext, EncoderFamily } from "./encoder-family.ts";
import type { Config, LinearSpec, WeightSpec } from "./family.ts";

export const bert: EncoderFamily = {
  modelTypes: ["bert", "roberta", "xlm-roberta", "camembert", "distilbert"],
  read: (config) => describe(config, readShape(config)),
};

/** Where a model type keeps what the forward pass needs; modules of a layer are relative to it. */
type Names = {
  prefix: string;
  layer(index: number): string;
  query: string;
  key: string;
  value: string;
  attended: string;
  attendedNorm: string;
  up: string;
  down: string;
  norm: string;
  /** Dense layers from the first token's state to the logits, with the activation after each but the last. */
  head: readonly [module: string, module: string];
  activateHead: (x: Tensor) => Tensor;
};

const bertNames: Names = {
  prefix: "bert",
  layer: (index) => `bert.encoder.layer.${index}`,
  query: "attention.self.query",
  key: "attention.self.key",
  value: "attention.self.value",
  attended: "attention.output.dense",
  attendedNorm: "attention.output.LayerNorm",
  up: "intermediate.dense",
  down: "output.dense",
  norm: "output.LayerNorm",
  head: ["bert.pooler.dense", "classifier"],
  activateHead: tanh,
};

const robertaNames: Names = {
  ...bertNames,
  prefix: "roberta",
  layer: (index) => `roberta.encoder.layer.${index}`,
  head: ["classifier.dense", "classifier.out_proj"],
};

const distilbertNames: Names = {
  prefix: "distilbert",
  layer: (index) => `distilbert.transformer.layer.${index}`,
  query: "attention.q_lin",
  key: "attention.k_lin",
  value: "attention.v_lin",
  attended: "attention.out_lin",
  attendedNorm: "sa_layer_norm",
  up: "ffn.lin1",
  down: "ffn.lin2",
  norm: "output_layer_norm",
  head: ["pre_classifier", "classifier"],
  activateHead: relu,
};

type Shape = {
  modelType: string;
  names: Names;
  hidden: number;
  inner: number;
  layers: number;
  heads: number;
  vocab: number;
  positions: number;
  firstPosition: number;
  types: number;
  labels: readonly string[];
  epsilon: number;
  activate: (x: Tensor) => Tensor;
};

function readShape(config: Config): Shape {
  const modelType = readString(config, "model_type");
  const places = readString(config, "position_embedding_type", "absolute");
  if (places !== "absolute") {
    throw new Error(
      `config.json: position_embedding_type ${places} is not supported; choose a model with absolute positions`,
    );
  }
  return modelType === "distilbert" ? readDistilbert(config) : readBert(config, modelType);
}

function readBert(config: Config, modelType: string): Shape {
  const isBert = modelType === "bert";
  return {
    modelType,
    names: isBert ? bertNames : robertaNames,
    hidden: readNumber(config, "hidden_size", 768),
    inner: readNumber(config, "intermediate_size", 3072),
    layers: readNumber(config, "num_hidden_layers", 12),
    heads: readNumber(config, "num_attention_heads", 12),
    vocab: readNumber(config, "vocab_size"),
    positions: readNumber(config, "max_position_embeddings", 512),
    firstPosition: isBert ? 0 : readNumber(config, "pad_token_id", 1) + 1,
    types: readNumber(config, "type_vocab_size", 2),
    labels: readLabels(config),
    epsilon: readNumber(config, "layer_norm_eps", 1e-12),
    activate: findActivation(readString(config, "hidden_act", "gelu"), "hidden_act"),
  };
}

function readDistilbert(config: Config): Shape {
  const hidden = readNumber(config, "dim", 768);
  return {
    modelType: "distilbert",
    names: distilbertNames,
    hidden,
    inner: readNumber(config, "hidden_dim", 4 * hidden),
    layers: readNumber(config, "n_layers", 6),
    heads: readNumber(config, "n_heads", 12),
    vocab: readNumber(config, "vocab_size"),
    positions: readNumber(config, "max_position_embeddings", 512),
    firstPosition: 0,
    types: 0,
    labels: readLabels(config),
    epsilon: 1e-12,
    activate: findActivation(readString(config, "activation", "gelu"), "activation"),
  };
}

/** Labels of the classification head, none where the checkpoint is said to have no head. transformers leaves out two default labels. */
function readLabels(config: Config): string[] {
  const classes = Array.isArray(config["architectures"]) ? config["architectures"] : [];
  if (!classes.some((name) => String(name).endsWith("ForSequenceClassification"))) return [];
  const named = config["id2label"];
  if (isRecord(named)) {
    return Object.entries(named)
      .toSorted(([a], [b]) => Number(a) - Number(b))
      .map(([, label]) => String(label));
  }
  const count = readOptionalNumber(config, "num_labels") ?? 2;
  return Array.from({ length: count }, (_, label) => `LABEL_${label}`);
}

function describe(config: Config, shape: Shape): EncoderArchitecture {
  const { hidden, heads, labels } = shape;
  if (hidden % heads !== 0) throw new Error(`config.json: hidden size ${hidden} does not divide into ${heads} heads`);
  return {
    modelType: shape.modelType,
    prefix: shape.names.prefix,
    vocabSize: shape.vocab,
    hiddenSize: hidden,
    contextLength: shape.positions - shape.firstPosition,
    firstPosition: shape.firstPosition,
    tokenTypes: shape.types,
    labels,
    attention: { heads, kvHeads: heads, headDim: hidden / heads, scale: (hidden / heads) ** -0.5 },
    weights: listWeights(shape, readNumber(config, "initializer_range", 0.02)),
    linears: listLinears(shape),
    forward: (context) => forward(context, shape),
    classify: (context, first) => {
      const [inner, outer] = shape.names.head;
      return context.linear(shape.names.activateHead(context.linear(first, inner)), outer);
    },
  };
}

function linear(module: string, from: number, to: number): LinearSpec {
  return { module, in: from, out: to, transposed: false, bias: true };
}

function listLinears({ names, hidden, inner, layers, labels }: Shape): LinearSpec[] {
  const ofLayers = Array.from({ length: layers }, (_, index) => {
    const at = names.layer(index);
    return [
      linear(`${at}.${names.query}`, hidden, hidden),
      linear(`${at}.${names.key}`, hidden, hidden),
      linear(`${at}.${names.value}`, hidden, hidden),
      linear(`${at}.${names.attended}`, hidden, hidden),
      linear(`${at}.${names.up}`, hidden, inner),
      linear(`${at}.${names.down}`, inner, hidden),
    ];
  });
  const [dense, out] = names.head;
  const head = labels.length === 0 ? [] : [linear(dense, hidden, hidden), linear(out, hidden, labels.length)];
  return [...ofLayers.flat(), ...head];
}

function listWeights(shape: Shape, deviation: number): WeightSpec[] {
  const { names, hidden, layers, vocab, positions, types } = shape;
  const normal = { mean: 0, deviation };
  const zeros = { mean: 0, deviation: 0 };
  const norm = (module: string): WeightSpec[] => [
    { name: `${module}.weight`, shape: [hidden], init: { mean: 1, deviation: 0 } },
    { name: `${module}.bias`, shape: [hidden], init: zeros },
  ];
  const table = (name: string, rows: number): WeightSpec => ({
    name: `${names.prefix}.embeddings.${name}_embeddings.weight`,
    shape: [rows, hidden],
    init: normal,
  });
  const linears = listLinears(shape).flatMap(({ module, in: from, out }): WeightSpec[] => [
    { name: `${module}.weight`, shape: [out, from], init: normal },
    { name: `${module}.bias`, shape: [out], init: zeros },
  ]);
  const norms = Array.from({ length: layers }, (_, index) => {
    const at = names.layer(index);
    return [...norm(`${at}.${names.attendedNorm}`), ...norm(`${at}.${names.norm}`)];
  });
  return [
    table("word", vocab),
    table("position", positions),
    ...(types > 0 ? [table("token_type", types)] : []),
    ...norm(`${names.prefix}.embeddings.LayerNorm`),
    ...linears,
    ...norms.flat(),
  ];
}

function forward(context: EncoderContext, shape: Shape): Tensor {
  const { names, hidden, epsilon } = shape;
  const { weight, linear } = context;
  const normalise = (x: Tensor, module: string): Tensor =>
    layerNorm(x, weight(`${module}.weight`), weight(`${module}.bias`), epsilon);
  const table = (name: string): Tensor => weight(`${names.prefix}.embeddings.${name}_embeddings.weight`);
  const places = gather(table("position"), context.positions);
  const words = add(gather(table("word"), context.ids), places);
  const summed = context.types ? add(words, gather(table("token_type"), context.types)) : words;
  let x = normalise(reshape(summed, [context.rows, hidden]), `${names.prefix}.embeddings.LayerNorm`);

  for (let index = 0; index < shape.layers; index++) {
    const at = names.layer(index);
    const [q, k, v] = [names.query, names.key, names.value].map((name) => linear(x, `${at}.${name}`));
    if (!q || !k || !v) throw new Error(`layer ${index} has no projections`);
    const attended = linear(context.attention(q, k, v), `${at}.${names.attended}`);
    x = normalise(add(x, attended), `${at}.${names.attendedNorm}`);
    const inner = shape.activate(linear(x, `${at}.${names.up}`));
    x = normalise(add(x, linear(inner, `${at}.${names.down}`)), `${at}.${names.norm}`);
  }
  return x;
}
