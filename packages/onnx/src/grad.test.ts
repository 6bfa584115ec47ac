// Gradients against central differences in float64, and the float64 interpreter against onnxruntime, operation by
// operation and for the composed attention, loss, adapter and dropout.
import { createSession } from "@heddle/onnx/session";
import { expect, test } from "vitest";
import { causalAttention } from "./attention.ts";
import { addDropout } from "./dropout.ts";
import { resolve } from "./dims.ts";
import { emitModel } from "./emit.ts";
import { fuse } from "./fuse.ts";
import { differentiate } from "./grad.ts";
import { interpret, type Value } from "./interpret.ts";
import { addInput, addOutput, createGraph, type DType, type Graph, type OpName, type Tensor } from "./ir.ts";
import { applyAdapted } from "./lora.ts";
import { crossEntropy } from "./loss.ts";
import * as ops from "./ops.ts";
import { seededRandom } from "./random.ts";
import type { TensorValue } from "./session-types.ts";

type InputSpec = { shape: (number | string)[]; kind?: "positive" | "index" | "bits" | "mask"; below?: number };
type Case = {
  name: string;
  /** Operations whose gradient this case is there for. */
  covers: OpName[];
  inputs: Record<string, InputSpec>;
  build(x: (name: string) => Tensor, graph: Graph): Tensor;
};

const dims = new Map([
  ["B", 2],
  ["T", 4],
  ["1|B", 1],
]);
const pair = { a: { shape: [3, 4] }, b: { shape: [4] } };
const one = (name: string, covers: OpName, f: (x: Tensor) => Tensor, kind?: "positive"): Case => ({
  name,
  covers: [covers],
  inputs: { x: { shape: [2, 3, 4], ...(kind ? { kind } : {}) } },
  build: (x) => f(x("x")),
});

const elementwise: Case[] = [
  { name: "add", covers: ["Add"], inputs: pair, build: (x) => ops.add(x("a"), x("b")) },
  { name: "sub", covers: ["Sub"], inputs: pair, build: (x) => ops.sub(x("b"), x("a")) },
  { name: "mul", covers: ["Mul"], inputs: pair, build: (x) => ops.mul(x("a"), x("b")) },
  {
    name: "div",
    covers: ["Div"],
    inputs: { a: { shape: [3, 4] }, b: { shape: [3, 1], kind: "positive" } },
    build: (x) => ops.div(x("a"), x("b")),
  },
  {
    name: "where",
    covers: ["Where"],
    inputs: { a: { shape: [3, 4] }, b: { shape: [1, 4] }, i: { shape: [3, 4], kind: "index", below: 2 } },
    build: (x, graph) => ops.where(ops.less(x("i"), ops.constant(graph, Int32Array.of(1), [])), x("a"), x("b")),
  },
  one("cast", "Cast", (x) => ops.mul(ops.cast(x, "float32"), x)),
  one("neg", "Neg", ops.neg),
  one("exp", "Exp", ops.exp),
  one("log", "Log", ops.log, "positive"),
  one("sqrt", "Sqrt", ops.sqrt, "positive"),
  one("sigmoid", "Sigmoid", ops.sigmoid),
  one("tanh", "Tanh", ops.tanh),
  one("erf", "Erf", ops.erf),
  one("silu", "Silu", ops.silu),
  one("gelu", "Gelu", ops.gelu),
  one("gelu tanh", "GeluTanh", ops.geluTanh),
];

const shapes: Case[] = [
  one("reshape", "Reshape", (x) => ops.reshape(x, [6, 4])),
  one("transpose", "Transpose", (x) => ops.transpose(x, [2, 0, 1])),
  one("split", "Split", (x) => ops.mul(...firstTwo(ops.split(x, 2, 2)))),
  one("split, one part unused", "Split", (x) => ops.split(x, 2, [1, 3])[1] ?? x),
  one("concat", "Concat", (x) => ops.concat([x, ops.exp(x)], 1)),
  {
    name: "expand",
    covers: ["ExpandLike"],
    inputs: { a: { shape: [3, 1] }, b: { shape: [2, 3, 4] } },
    build: (x) => ops.expandLike(x("a"), x("b")),
  },
  one("reduce sum", "ReduceSum", (x) => ops.reduceSum(x, [0, 2])),
  one("reduce sum, axes dropped", "ReduceSum", (x) => ops.reduceSum(x, [-1], false)),
  one("softmax", "Softmax", ops.softmax),
  {
    name: "gather",
    covers: ["Gather"],
    inputs: { data: { shape: [5, 3] }, i: { shape: [2, 4], kind: "index", below: 5 } },
    build: (x) => ops.gather(x("data"), x("i")),
  },
  {
    name: "scatter add",
    covers: ["ScatterAddRows"],
    inputs: { base: { shape: [5, 3] }, i: { shape: [4], kind: "index", below: 5 }, updates: { shape: [4, 3] } },
    build: (x) => ops.scatterAddRows(x("base"), x("i"), x("updates")),
  },
];

const matrices: Case[] = [false, true].flatMap((transA) =>
  [false, true].flatMap((transB): Case[] => [
    {
      name: `matmul ${transA ? "Aᵀ" : "A"}·${transB ? "Bᵀ" : "B"} with addend`,
      covers: ["MatMul"],
      inputs: {
        a: { shape: transA ? [4, 3] : [3, 4] },
        b: { shape: transB ? [5, 4] : [4, 5] },
        c: { shape: [5] },
      },
      build: (x) => ops.matmul(x("a"), x("b"), { transA, transB, alpha: 0.5, addend: x("c") }),
    },
    {
      name: `batched matmul ${transA ? "Aᵀ" : "A"}·${transB ? "Bᵀ" : "B"}`,
      covers: ["MatMul"],
      inputs: {
        a: { shape: transA ? [2, 3, 4, 3] : [2, 3, 3, 4] },
        b: { shape: transB ? [2, 3, 5, 4] : [2, 3, 4, 5] },
      },
      build: (x) => ops.matmul(x("a"), x("b"), { transA, transB, alpha: 1.5 }),
    },
    {
      name: `batch by matrix ${transA ? "Aᵀ" : "A"}·${transB ? "Bᵀ" : "B"}`,
      covers: ["MatMul"],
      inputs: { a: { shape: transA ? [2, 4, 3] : [2, 3, 4] }, b: { shape: transB ? [5, 4] : [4, 5] } },
      build: (x) => ops.matmul(x("a"), x("b"), { transA, transB }),
    },
  ]),
);

const rope = { positions: { shape: ["B", "T"], kind: "index", below: 6 } } satisfies Record<string, InputSpec>;
const composed: Case[] = [
  {
    name: "rms norm",
    covers: ["RmsNorm"],
    inputs: { x: { shape: [3, 6] }, w: { shape: [6] } },
    build: (x) => ops.rmsNorm(x("x"), x("w"), 1e-5),
  },
  {
    name: "layer norm",
    covers: ["LayerNorm"],
    inputs: { x: { shape: [3, 6] }, w: { shape: [6] }, b: { shape: [6] } },
    build: (x) => ops.layerNorm(x("x"), x("w"), x("b"), 1e-5),
  },
  ...[false, true].map((inverse): Case => ({
    name: inverse ? "rotary, inverse" : "rotary",
    covers: ["Rotary"],
    inputs: { x: { shape: ["B", "T", 16] }, ...rope, cos: { shape: [6, 4] }, sin: { shape: [6, 4] } },
    build: (x) =>
      ops.rotary(x("x"), { positions: x("positions"), cos: frozen(x("cos")), sin: frozen(x("sin")) }, 2, inverse),
  })),
  {
    name: "rotary of part of a head",
    covers: ["Rotary"],
    inputs: { x: { shape: ["B", "T", 32] }, ...rope, cos: { shape: [6, 4] }, sin: { shape: [6, 4] } },
    build: (x) => ops.rotary(x("x"), { positions: x("positions"), cos: frozen(x("cos")), sin: frozen(x("sin")) }, 2),
  },
  ...[1, 2].map((chunks): Case => ({
    name: `grouped attention in ${chunks} chunks`,
    covers: ["Softmax", "MatMul", "Concat"],
    inputs: {
      q: { shape: ["B", "T", 12] },
      k: { shape: ["B", "T", 6] },
      v: { shape: ["B", "T", 6] },
      mask: { shape: ["1|B", 1, 1, "T", "T"], kind: "mask" },
    },
    build: (x) => {
      const rows = ops.split(x("mask"), 3, chunks);
      const masks = rows.map((row, i) => ops.concat(ops.split(row, 4, chunks).slice(0, i + 1), 4));
      const layer = { heads: 4, kvHeads: 2, headDim: 3, scale: 0.6 };
      const [q, k, v] = [ops.flattenRows(x("q")), ops.flattenRows(x("k")), ops.flattenRows(x("v"))];
      return causalAttention(q, k, v, masks.map(frozen), layer, { batch: "B", length: "T" });
    },
  })),
  {
    name: "cross-entropy",
    covers: ["Softmax", "Gather", "ScatterAddRows"],
    inputs: {
      h: { shape: [5, 4] },
      w: { shape: [7, 4] },
      labels: { shape: [5], kind: "index", below: 7 },
      weights: { shape: [5] },
    },
    build: (x) => crossEntropy(x("h"), x("w"), x("labels"), frozen(x("weights"))),
  },
  {
    name: "adapter",
    covers: ["MatMul"],
    inputs: { x: { shape: [3, 4] }, w: { shape: [5, 4] }, a: { shape: [2, 4] }, b: { shape: [5, 2] } },
    build: (x) => applyAdapted(x("x"), { weight: x("w"), transposed: false }, { a: x("a"), b: x("b"), scale: 1.7 }),
  },
  {
    name: "adapter with a magnitude, by it and its input",
    covers: ["MatMul"],
    inputs: {
      x: { shape: [3, 4] },
      w: { shape: [5, 4] },
      bias: { shape: [5] },
      a: { shape: [2, 4] },
      b: { shape: [5, 2] },
      m: { shape: [5] },
    },
    // the norms are constants to the gradient, so that of w, a and b is not the true one
    build: (x) =>
      applyAdapted(
        x("x"),
        { weight: frozen(x("w")), transposed: false, bias: x("bias") },
        { a: frozen(x("a")), b: frozen(x("b")), scale: 1.7, magnitude: x("m") },
      ),
  },
  {
    name: "dropout",
    covers: ["Where"],
    inputs: {
      x: { shape: ["B*T", 16] },
      "dropout.rows": { shape: [1, "B*T"], kind: "bits" },
      "dropout.columns": { shape: [16], kind: "bits" },
    },
    build: (x, graph) => addDropout(graph, [{ module: "m", in: 16 }], 0.3).get("m")?.(x("x")) ?? x("x"),
  },
];

function firstTwo(parts: readonly Tensor[]): [Tensor, Tensor] {
  const [a, b] = parts;
  if (!a || !b) throw new Error("expected two parts");
  return [a, b];
}

/** Tensors without a gradient of their own in a case. */
const constants = new WeakSet<Tensor>();
function frozen(x: Tensor): Tensor {
  constants.add(x);
  return x;
}

const dtypeOf = ({ kind }: InputSpec): DType => (kind === "index" || kind === "bits" ? "int32" : "float32");

/** The case's graph: output `y`, scalar `sum` = Σ seed·y and the gradient of `sum` for every float input. */
function buildCase({ inputs, build }: Case) {
  const graph = createGraph();
  const made = new Map<string, Tensor>();
  const output = build((name) => {
    const spec = inputs[name];
    if (!spec) throw new Error(`case has no input ${name}`);
    const tensor = made.get(name) ?? addInput(graph, name, dtypeOf(spec), spec.shape);
    made.set(name, tensor);
    return tensor;
  }, graph);
  for (const tensor of graph.inputs) made.set(tensor.inputName ?? "", tensor);
  const seed = addInput(graph, "seed", "float32", output.shape);
  const targets = [...made].filter(
    ([name, tensor]) => tensor.dtype === "float32" && !constants.has(tensor) && inputs[name]?.kind !== "mask",
  );
  const gradients = differentiate(
    new Map([[output, seed]]),
    targets.map(([, tensor]) => tensor),
  );
  addOutput("sum", ops.total(ops.mul(output, seed)));
  for (const [i, [name]] of targets.entries()) {
    const gradient = gradients[i];
    if (gradient) addOutput(`d ${name}`, gradient);
  }
  return { graph: fuse(graph), names: targets.map(([name]) => name) };
}

function drawInputs(graph: Graph, { inputs }: Case): Map<string, Value> {
  const random = seededRandom(7);
  return new Map(
    graph.inputs.map((tensor) => {
      const shape = tensor.shape.map((dim) => resolve(dim, dims));
      const { kind, below = 1 } = inputs[tensor.inputName ?? ""] ?? {};
      const width = shape.at(-1) ?? 1;
      const draw = (i: number): number => {
        if (kind === "index") return random.below(below);
        if (kind === "bits") return random.bits() | 0;
        if (kind === "mask") return i % width > Math.floor(i / width) % width ? -1e30 : 0;
        return kind === "positive" ? 0.5 + random.uniform() : Math.fround(random.normal());
      };
      const size = shape.reduce((a, b) => a * b, 1);
      return [tensor.inputName ?? "", { shape, data: Float64Array.from({ length: size }, (_, i) => draw(i)) }];
    }),
  );
}

const cases = [...elementwise, ...shapes, ...matrices, ...composed];

test.each(cases)("gradient of $name equals central differences", (example) => {
  const { graph, names } = buildCase(example);
  const inputs = drawInputs(graph, example);
  const exact = interpret(graph, inputs, dims);
  const step = 1e-5;
  let compared = 0;
  for (const name of names) {
    const { data } = inputs.get(name) ?? { data: new Float64Array() };
    const gradient = exact.get(`d ${name}`)?.data;
    for (let i = 0; i < data.length; i++) {
      const value = data[i] ?? 0;
      data[i] = value + step;
      const above = interpret(graph, inputs, dims).get("sum")?.data[0] ?? NaN;
      data[i] = value - step;
      const below = interpret(graph, inputs, dims).get("sum")?.data[0] ?? NaN;
      data[i] = value;
      const numeric = (above - below) / (2 * step);
      // An input that only lends its shape has no gradient at all.
      expect(Math.abs((gradient?.[i] ?? 0) - numeric)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(numeric)));
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(0);
});

test.each(cases)("onnxruntime computes $name as the interpreter does", async (example) => {
  const { graph } = buildCase(example);
  const inputs = drawInputs(graph, example);
  const session = await createSession(emitModel(graph));
  const dtypes = new Map(graph.inputs.map(({ inputName, dtype }) => [inputName, dtype]));
  const feeds: Record<string, TensorValue> = {};
  for (const [name, { shape, data }] of inputs) {
    feeds[name] = { data: dtypes.get(name) === "int32" ? Int32Array.from(data) : Float32Array.from(data), dims: shape };
  }
  const actual = await session.run(feeds);
  for (const [name, { data, shape }] of interpret(graph, inputs, dims)) {
    expect(actual[name]?.dims).toEqual(shape);
    const values = Array.from(actual[name]?.data ?? [], Number);
    for (const [i, value] of data.entries()) {
      expect(Math.abs((values[i] ?? NaN) - value)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(value)));
    }
  }
  await session.release();
});

test("every differentiable operation has a case", () => {
  const covered = new Set(cases.flatMap(({ covers }) => covers));
  const withoutGradient: OpName[] = ["Constant", "Min", "Less", "ReduceMax", "PickLast", "ScatterRows"];
  const all = new Set(cases.flatMap((example) => buildCase(example).graph.nodes.map(({ op }) => op)));
  expect([...all].filter((op) => !covered.has(op) && !withoutGradient.includes(op))).toEqual([]);
});
