// What the written graph is like: additions merged, nothing computed for frozen weights, weights outside the file.
import { expect, test } from "vitest";
import { packBuckets } from "./buckets.ts";
import { emitModel } from "./emit.ts";
import { fuse } from "./fuse.ts";
import { addInput, addOutput, createGraph, liveNodes, type Graph, type OpName } from "./ir.ts";
import { readConfig } from "./model.ts";
import { add, exp, gather, matmul, mul, total } from "./ops.ts";
import { differentiate } from "./grad.ts";
import { buildTrainingGraph } from "./training-graph.ts";

const countOf = (graph: Graph, op: OpName) => liveNodes(graph).filter((node) => node.op === op).length;

test("a sum with a matrix product becomes its addend, unless the product is used elsewhere", () => {
  const graph = createGraph();
  const [x, w, residual] = [
    addInput(graph, "x", "float32", [2, 3]),
    addInput(graph, "w", "float32", [3, 3]),
    addInput(graph, "residual", "float32", [2, 3]),
  ];
  const [once, twice] = [matmul(x, w), matmul(residual, w)];
  addOutput("once", add(once, residual));
  addOutput("twice", mul(add(twice, x), twice));
  expect(liveNodes(fuse(graph)).map(({ op, inputs }) => `${op} ${inputs.length}`)).toEqual([
    "MatMul 2",
    "MatMul 3",
    "Add 2",
    "Mul 2",
  ]);
});

test("the gradient of a tied embedding is scattered onto the head's", () => {
  const graph = createGraph();
  const [table, ids] = [addInput(graph, "table", "float32", [8, 4]), addInput(graph, "ids", "int32", [3])];
  const logits = matmul(gather(table, ids), table, { transB: true });
  const loss = total(exp(logits));
  const [gradient] = differentiate(new Map([[loss, total(addInput(graph, "one", "float32", [1]))]]), [table]);
  if (!gradient) throw new Error("no gradient");
  addOutput("gradient", gradient);
  fuse(graph);
  expect(countOf(graph, "ScatterAddRows")).toBe(1);
  expect(countOf(graph, "ExpandLike")).toBeLessThanOrEqual(1);
  expect(countOf(graph, "Add")).toBe(0);
});

const config = {
  model_type: "llama",
  vocab_size: 32000,
  hidden_size: 1024,
  intermediate_size: 4096,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  max_position_embeddings: 2048,
};

const shaped = (shape: number[]) => ({ shape, data: new Float32Array() });

/** Training of q_proj adapters in some layers of a model whose weights do not exist. */
function buildLora(layers: readonly number[]): Graph {
  const architecture = readConfig(config);
  const modules = layers.map((layer) => `model.layers.${layer}.self_attn.q_proj`);
  const adapter = new Map(modules.map((module) => [module, { a: shaped([8, 1024]), b: shaped([1024, 8]), scale: 2 }]));
  const trainables = modules.flatMap((module) => [
    { name: `${module}.lora_A.weight`, shape: [8, 1024], decays: true },
    { name: `${module}.lora_B.weight`, shape: [1024, 8], decays: true },
  ]);
  const spec = {
    architecture,
    adapter,
    buckets: packBuckets(trainables),
    dropout: 0,
    optimizer: { kind: "adamw" } as const,
  };
  return buildTrainingGraph(spec, { continues: false, updates: true });
}

test("half a billion weights stay outside the file", () => {
  const graph = buildLora([0, 23]);
  const parameters = graph.inputs.reduce((sum, { shape }) => {
    return sum + (shape.every((dim) => typeof dim === "number") ? shape.reduce((a, b) => a * b, 1) : 0);
  }, 0);
  expect(parameters).toBeGreaterThan(4.5e8);
  expect(emitModel(graph).length).toBeLessThan(2 ** 20);
});

const products = (layers: readonly number[]) => countOf(buildLora(layers), "MatMul");

test("no gradient is computed for layers below the first adapter", () => {
  const forward = 24 * 7 + 24 * 8 + 1;
  expect(products([23])).toBeLessThan(forward + 60);
  expect(products([0])).toBeGreaterThan(2 * forward - 30);
});
