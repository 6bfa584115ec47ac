// Reverse-mode differentiation: adds the nodes that compute d(sum of seeds · outputs)/d(targets) to the same graph.
// Nothing is computed for tensors that no target reaches: frozen weights cost no gradient, nor do layers below them.
import { multiply, type Dim } from "./dims.ts";
import type { Graph, Node, OpName, Tensor } from "./ir.ts";
import {
  add,
  cast,
  concat,
  constant,
  div,
  erf,
  exp,
  expandLike,
  flattenRows,
  gather,
  matmul,
  mul,
  neg,
  reduceSum,
  reshape,
  rotary,
  scatterAddRows,
  sigmoid,
  split,
  sub,
  tanh,
  transpose,
  where,
} from "./ops.ts";

type Gradients = readonly (Tensor | undefined)[];

/**
 * Gradients of one node: `dys` are those of its outputs (undefined where none flows), `need` says which inputs want one.
 */
type Rule = (node: Node, dys: Gradients, need: readonly boolean[]) => Gradients;

/**
 * Adds gradient nodes and returns d(Σ seed · output)/d(target) for each target; undefined where an output does not
 * depend on it. `seeds` maps outputs to tensors of their shape.
 */
export function differentiate(
  seeds: ReadonlyMap<Tensor, Tensor>,
  targets: readonly Tensor[],
): readonly (Tensor | undefined)[] {
  const graph = targets[0]?.graph;
  if (!graph) return [];
  const forward = [...graph.nodes];
  const dependent = dependents(graph, targets);
  const gradients = new Map<Tensor, Tensor>();
  const contribute = (tensor: Tensor, dy: Tensor | undefined): void => {
    if (!dy || !dependent.has(tensor)) return;
    if (dy.shape.join() !== tensor.shape.join()) {
      throw new Error(`gradient of ${tensor.producer?.op ?? tensor.inputName}: ${dy.shape} instead of ${tensor.shape}`);
    }
    const sofar = gradients.get(tensor);
    gradients.set(tensor, sofar ? add(sofar, dy) : dy);
  };
  for (const [output, seed] of seeds) contribute(output, seed);

  for (const node of forward.toReversed()) {
    const dys = node.outputs.map((output) => gradients.get(output));
    if (dys.every((dy) => dy === undefined)) continue;
    const custom = node.outputs[0]?.customGradient;
    const inputs = custom?.inputs ?? node.inputs;
    const need = inputs.map((input) => dependent.has(input));
    const [dy] = dys;
    const flowing = custom && dy ? custom.backward(dy, need) : ruleOf(node)(node, dys, need);
    for (const [i, input] of inputs.entries()) contribute(input, flowing[i]);
  }
  return targets.map((target) => gradients.get(target));
}

function ruleOf(node: Node): Rule {
  const rule = rules[node.op];
  if (!rule) throw new Error(`${node.op} has no gradient`);
  return rule;
}

/** The targets and everything computed from them in floating point. */
function dependents(graph: Graph, targets: readonly Tensor[]): Set<Tensor> {
  const reached = new Set(targets);
  for (const node of graph.nodes) {
    if (!node.inputs.some((input) => reached.has(input))) continue;
    for (const output of node.outputs) if (output.dtype === "float32") reached.add(output);
  }
  return reached;
}

/** Undoes broadcasting: dy summed over the axes along which x was repeated. */
function sumTo(dy: Tensor, { shape }: Tensor): Tensor {
  const extra = dy.shape.length - shape.length;
  const axes = dy.shape.flatMap((dim, i) => (i < extra || (shape[i - extra] === 1 && dim !== 1) ? [i] : []));
  return axes.length === 0 ? dy : reshape(reduceSum(dy, axes), shape);
}

/** Tensors of a node whose number the rule knows. */
function inputsOf(node: Node): [Tensor, Tensor, Tensor, Tensor] {
  const [a, b = a, c = a, d = a] = node.inputs;
  if (!a || !b || !c || !d) throw new Error(`${node.op} has no input`);
  return [a, b, c, d];
}

function outputOf(node: Node, index = 0): Tensor {
  const output = node.outputs[index];
  if (!output) throw new Error(`${node.op} has no output ${index}`);
  return output;
}

function zerosLike(x: Tensor): Tensor {
  return expandLike(constant(x.graph, Float32Array.of(0), []), x);
}

/** A rule for one output and one differentiable input: dx from (dy, x, y). */
function unary(backward: (dy: Tensor, x: Tensor, y: Tensor) => Tensor): Rule {
  return (node, [dy]) => (dy ? [backward(dy, inputsOf(node)[0], outputOf(node))] : []);
}

/** A rule for two broadcasting inputs, each side computed only where needed. */
function binary(left: BinarySide, right: BinarySide): Rule {
  return (node, [dy], need) => {
    if (!dy) return [];
    const [a, b] = inputsOf(node);
    const y = outputOf(node);
    return [need[0] ? sumTo(left(dy, a, b, y), a) : undefined, need[1] ? sumTo(right(dy, a, b, y), b) : undefined];
  };
}
type BinarySide = (dy: Tensor, a: Tensor, b: Tensor, y: Tensor) => Tensor;

const matmulRule: Rule = (node, [dy], need) => {
  if (!dy) return [];
  const [a, b, c] = inputsOf(node);
  const { transA = false, transB = false, alpha = 1 } = node.attributes;
  // Y = A·B: dA = dY·Bᵀ, dB = Aᵀ·dY; with a transposed operand the roles swap.
  const da = () =>
    transA ? matmul(b, dy, { transA: transB, transB: true, alpha }) : matmul(dy, b, { transB: !transB, alpha });
  const db = () => {
    const flat = b.shape.length === 2 && a.shape.length > 2 && !transA;
    const x = flat ? flattenRows(a) : a;
    const g = flat ? flattenRows(dy) : dy;
    return transB ? matmul(g, x, { transA: true, transB: transA, alpha }) : matmul(x, g, { transA: !transA, alpha });
  };
  return [
    need[0] ? sumTo(da(), a) : undefined,
    need[1] ? sumTo(db(), b) : undefined,
    need[2] ? sumTo(dy, c) : undefined,
  ];
};

const softmaxRule = unary((dy, _, y) => {
  const weighted = mul(dy, y);
  return sub(weighted, mul(y, reduceSum(weighted, [-1])));
});

/** d silu/dx = s·(1 + x·(1 - s)) with s = sigmoid(x), written as s + silu·(1 - s). */
const siluRule = unary((dy, x, y) => {
  const s = sigmoid(x);
  return mul(dy, add(s, mul(y, sub(1, s))));
});

const geluRule = unary((dy, x) => {
  // Φ(x) + x·φ(x); Φ is recovered through erf rather than y/x, which is undefined at 0.
  const density = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  const cumulative = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
  return mul(dy, add(cumulative, mul(x, density)));
});

const geluTanhRule = unary((dy, x) => {
  // y = ½x(1 + t), t = tanh(c(x + ax³)): dy/dx = ½(1 + t) + ½x(1 - t²)·c(1 + 3ax²)
  const c = Math.sqrt(2 / Math.PI);
  const square = mul(x, x);
  const t = tanh(mul(mul(x, add(mul(square, 0.044715), 1)), c));
  const slope = mul(add(mul(square, 3 * 0.044715), 1), c);
  const bend = mul(mul(x, sub(1, mul(t, t))), slope);
  return mul(dy, mul(add(add(t, 1), bend), 0.5));
});

const rmsNormRule: Rule = (node, [dy], need) => {
  if (!dy) return [];
  const [x, weight] = inputsOf(node);
  const inverse = outputOf(node, 1);
  const width = x.shape.at(-1);
  if (typeof width !== "number") throw new Error("RmsNorm needs a known last dimension");
  const g = mul(dy, weight);
  // dx = inverse·(g - x·inverse²·mean(g·x))
  const pull = mul(mul(reduceSum(mul(g, x), [-1]), mul(mul(inverse, inverse), inverse)), 1 / width);
  return [
    need[0] ? sub(mul(g, inverse), mul(x, pull)) : undefined,
    need[1] ? sumTo(mul(dy, mul(x, inverse)), weight) : undefined,
  ];
};

const layerNormRule: Rule = (node, [dy], need) => {
  if (!dy) return [];
  const [x, weight, bias] = inputsOf(node);
  const [mean, inverse] = [outputOf(node, 1), outputOf(node, 2)];
  const width = x.shape.at(-1);
  if (typeof width !== "number") throw new Error("LayerNorm needs a known last dimension");
  const normal = mul(sub(x, mean), inverse);
  const g = mul(dy, weight);
  const meanOf = (t: Tensor) => mul(reduceSum(t, [-1]), 1 / width);
  return [
    need[0] ? mul(sub(sub(g, meanOf(g)), mul(normal, meanOf(mul(g, normal)))), inverse) : undefined,
    need[1] ? sumTo(mul(dy, normal), weight) : undefined,
    need[2] ? sumTo(dy, bias) : undefined,
  ];
};

const gatherRule: Rule = (node, [dy]) => {
  if (!dy) return [];
  const [data, indices] = inputsOf(node);
  const flat: Dim[] = [multiply(...indices.shape), multiply(1, ...data.shape.slice(1))];
  return [scatterAddRows(zerosLike(data), reshape(indices, flat.slice(0, 1)), reshape(dy, flat))];
};

const scatterAddRule: Rule = (node, [dy], need) => {
  if (!dy) return [];
  return [need[0] ? dy : undefined, undefined, need[2] ? gather(dy, inputsOf(node)[1]) : undefined];
};

const concatRule: Rule = (node, [dy]) => {
  if (!dy) return [];
  const { axis = 0 } = node.attributes;
  return split(
    dy,
    axis,
    node.inputs.map((input) => input.shape[axis] ?? 1),
  );
};

const splitRule: Rule = (node, dys) => {
  return [
    concat(
      node.outputs.map((output, i) => dys[i] ?? zerosLike(output)),
      node.attributes.axis ?? 0,
    ),
  ];
};

const rotaryRule: Rule = (node, [dy]) => {
  if (!dy) return [];
  const [, positions, cos, sin] = inputsOf(node);
  const { heads = 1, inverse = false } = node.attributes;
  return [rotary(dy, { positions, cos, sin }, heads, !inverse)];
};

const reduceSumRule: Rule = (node, [dy]) => {
  if (!dy) return [];
  const [x] = inputsOf(node);
  const { axes = [] } = node.attributes;
  const kept = x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
  return [expandLike(reshape(dy, kept), x)];
};

const whereRule: Rule = (node, [dy], need) => {
  if (!dy) return [];
  const [condition, a, b] = inputsOf(node);
  return [
    undefined,
    need[1] ? sumTo(where(condition, dy, 0), a) : undefined,
    need[2] ? sumTo(where(condition, 0, dy), b) : undefined,
  ];
};

const rules: Partial<Record<OpName, Rule>> = {
  Add: binary(
    (dy) => dy,
    (dy) => dy,
  ),
  Sub: binary((dy) => dy, neg),
  Mul: binary(
    (dy, _, b) => mul(dy, b),
    (dy, a) => mul(dy, a),
  ),
  Div: binary(
    (dy, _, b) => div(dy, b),
    (dy, _, b, y) => neg(div(mul(dy, y), b)),
  ),
  Where: whereRule,
  Cast: unary((dy, x) => cast(dy, x.dtype)),
  Neg: unary(neg),
  Exp: unary((dy, _, y) => mul(dy, y)),
  Log: unary((dy, x) => div(dy, x)),
  Sqrt: unary((dy, _, y) => div(mul(dy, 0.5), y)),
  Sigmoid: unary((dy, _, y) => mul(dy, mul(y, sub(1, y)))),
  Tanh: unary((dy, _, y) => mul(dy, sub(1, mul(y, y)))),
  Erf: unary((dy, x) => mul(dy, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))),
  Silu: siluRule,
  Gelu: geluRule,
  GeluTanh: geluTanhRule,
  MatMul: matmulRule,
  Reshape: unary((dy, x) => reshape(dy, x.shape)),
  Transpose: (node, [dy]) => {
    const { perm = [] } = node.attributes;
    return dy
      ? [
          transpose(
            dy,
            perm.map((_, i) => perm.indexOf(i)),
          ),
        ]
      : [];
  },
  Split: splitRule,
  Concat: concatRule,
  ExpandLike: (node, [dy]) => (dy ? [sumTo(dy, inputsOf(node)[0])] : []),
  ReduceSum: reduceSumRule,
  Softmax: softmaxRule,
  Gather: gatherRule,
  ScatterAddRows: scatterAddRule,
  RmsNorm: rmsNormRule,
  LayerNorm: layerNormRule,
  Rotary: rotaryRule,
};
