// Operations as functions from tensors to tensors: what model architectures and gradients are written in.
// Numbers stand for float32 scalars. Every function adds nodes to the graph of its first tensor.
import { broadcastShapes, divide, multiply, type Dim } from "./dims.ts";
import type { Attributes, DType, Graph, Node, OpName, Tensor } from "./ir.ts";
import { inferOutputs, normaliseAxis } from "./shapes.ts";

export type Operand = Tensor | number;

function apply(graph: Graph, op: OpName, inputs: readonly Tensor[], attributes: Attributes = {}): readonly Tensor[] {
  const outputs = inferOutputs(op, inputs, attributes).map(({ dtype, shape }): Tensor => ({
    graph,
    id: graph.nextId++,
    dtype,
    shape,
  }));
  const node: Node = { op, inputs, attributes, outputs };
  for (const output of outputs) output.producer = node;
  graph.nodes.push(node);
  return outputs;
}

function applyOne(op: OpName, inputs: readonly [Tensor, ...Tensor[]], attributes: Attributes = {}): Tensor {
  const [output] = apply(inputs[0].graph, op, inputs, attributes);
  if (!output) throw new Error(`${op} has no output`);
  return output;
}

export function constant(graph: Graph, data: Float32Array | Int32Array | BigInt64Array, shape: readonly Dim[]): Tensor {
  const [output] = apply(graph, "Constant", [], { data, shape });
  if (!output) throw new Error("constant has no output");
  return output;
}

function operand(graph: Graph, value: Operand): Tensor {
  return typeof value === "number" ? constant(graph, Float32Array.of(value), []) : value;
}

function binary(op: OpName, a: Operand, b: Operand): Tensor {
  const tensor = typeof a === "number" ? b : a;
  if (typeof tensor === "number") throw new Error(`${op} of two numbers`);
  return applyOne(op, [operand(tensor.graph, a), operand(tensor.graph, b)]);
}

export const add = (a: Operand, b: Operand): Tensor => binary("Add", a, b);
export const sub = (a: Operand, b: Operand): Tensor => binary("Sub", a, b);
export const mul = (a: Operand, b: Operand): Tensor => binary("Mul", a, b);
export const div = (a: Operand, b: Operand): Tensor => binary("Div", a, b);
export const min = (a: Operand, b: Operand): Tensor => binary("Min", a, b);
export const less = (a: Tensor, b: Tensor): Tensor => applyOne("Less", [a, b]);
export const where = (condition: Tensor, a: Operand, b: Operand): Tensor =>
  applyOne("Where", [condition, operand(condition.graph, a), operand(condition.graph, b)]);
export const cast = (x: Tensor, to: DType): Tensor => (x.dtype === to ? x : applyOne("Cast", [x], { to }));

export const neg = (x: Tensor): Tensor => applyOne("Neg", [x]);
export const exp = (x: Tensor): Tensor => applyOne("Exp", [x]);
export const log = (x: Tensor): Tensor => applyOne("Log", [x]);
export const sqrt = (x: Tensor): Tensor => applyOne("Sqrt", [x]);
export const sigmoid = (x: Tensor): Tensor => applyOne("Sigmoid", [x]);
export const tanh = (x: Tensor): Tensor => applyOne("Tanh", [x]);
export const erf = (x: Tensor): Tensor => applyOne("Erf", [x]);
/** x · sigmoid(x). */
export const silu = (x: Tensor): Tensor => applyOne("Silu", [x]);
/** x · Φ(x), by erf. */
export const gelu = (x: Tensor): Tensor => applyOne("Gelu", [x]);
/** GELU's tanh approximation (Hendrycks and Gimpel 2016), `gelu_new` in Hugging Face configs. */
export const geluTanh = (x: Tensor): Tensor => applyOne("GeluTanh", [x]);

/**
 * alpha · op(a) · op(b) + addend, over the last two axes; batch axes broadcast. The addend needs a and b of rank 2 and
 * broadcasts to the product.
 */
export function matmul(
  a: Tensor,
  b: Tensor,
  options: { transA?: boolean; transB?: boolean; alpha?: number; addend?: Tensor } = {},
): Tensor {
  const { addend, ...attributes } = options;
  return applyOne("MatMul", addend ? [a, b, addend] : [a, b], attributes);
}

export function reshape(x: Tensor, shape: readonly Dim[]): Tensor {
  return shape.join() === x.shape.join() ? x : applyOne("Reshape", [x], { shape });
}

export function transpose(x: Tensor, perm: readonly number[]): Tensor {
  return applyOne("Transpose", [x], { perm });
}

/** Consecutive parts along an axis, by number of equal parts or by sizes. */
export function split(x: Tensor, axis: number, parts: number | readonly Dim[]): readonly Tensor[] {
  const along = normaliseAxis(axis, x.shape.length);
  const sizes =
    typeof parts === "number" ? Array.from({ length: parts }, () => divide(x.shape[along] ?? 1, parts)) : parts;
  return sizes.length === 1 ? [x] : apply(x.graph, "Split", [x], { axis: along, sizes });
}

export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const [first, ...rest] = parts;
  if (!first) throw new Error("concat of nothing");
  return rest.length === 0
    ? first
    : applyOne("Concat", [first, ...rest], { axis: normaliseAxis(axis, first.shape.length) });
}

/** x broadcast to the shape of `reference`. */
export function expandLike(x: Tensor, reference: Tensor): Tensor {
  if (broadcastShapes(x.shape, reference.shape).join() !== reference.shape.join()) {
    throw new Error(`expandLike: ${x.shape.join("×")} does not expand to ${reference.shape.join("×")}`);
  }
  return x.shape.join() === reference.shape.join() ? x : applyOne("ExpandLike", [x, reference]);
}

export function reduceSum(x: Tensor, axes: readonly number[], keepDims = true): Tensor {
  return applyOne("ReduceSum", [x], { axes: axes.map((axis) => normaliseAxis(axis, x.shape.length)), keepDims });
}

export function reduceMax(x: Tensor, axes: readonly number[], keepDims = true): Tensor {
  return applyOne("ReduceMax", [x], { axes: axes.map((axis) => normaliseAxis(axis, x.shape.length)), keepDims });
}

/** Sum of everything, a scalar. */
export function total(x: Tensor): Tensor {
  return reduceSum(
    x,
    x.shape.map((_, i) => i),
    false,
  );
}

/** Over the last axis. */
export const softmax = (x: Tensor): Tensor => applyOne("Softmax", [x]);

/** Rows of `data` [R, …] at `indices` [i…]: [i…, …]. */
export const gather = (data: Tensor, indices: Tensor): Tensor => applyOne("Gather", [data, indices]);

/** x[n, indices[n, j]] of x [N, V] and indices [N, J]: [N, J]. No gradient. */
export const pickLast = (x: Tensor, indices: Tensor): Tensor => applyOne("PickLast", [x, indices]);

/** base [R, C] with updates [N, C] added at rows indices [N]; repeated rows add up. */
export const scatterAddRows = (base: Tensor, indices: Tensor, updates: Tensor): Tensor =>
  applyOne("ScatterAddRows", [base, indices, updates]);

/** base [R, C] with rows indices [N] replaced by updates [N, C]; no row twice. No gradient. */
export const scatterRows = (base: Tensor, indices: Tensor, updates: Tensor): Tensor =>
  applyOne("ScatterRows", [base, indices, updates]);

/** x / sqrt(mean(x²) + epsilon) · weight over the last axis (Zhang and Sennrich 2019). */
export const rmsNorm = (x: Tensor, weight: Tensor, epsilon: number): Tensor =>
  applyOne("RmsNorm", [x, weight], { epsilon });

/** (x - mean) / sqrt(variance + epsilon) · weight + bias over the last axis. */
export const layerNorm = (x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): Tensor =>
  applyOne("LayerNorm", [x, weight, bias], { epsilon });

/**
 * Rotary position embedding in the half-split layout (Su et al. 2021, as Hugging Face lays it out).
 * x [B, T, heads·D], positions int32 [B, T], cos and sin [positions, R/2] where the first R of D channels rotate.
 */
export function rotary(
  x: Tensor,
  table: { positions: Tensor; cos: Tensor; sin: Tensor },
  heads: number,
  inverse = false,
): Tensor {
  return applyOne("Rotary", [x, table.positions, table.cos, table.sin], { heads, inverse });
}

/** [N, C] as [N / rows, rows, C]-like views: the product of all dimensions but the last. */
export function flattenRows(x: Tensor): Tensor {
  return reshape(x, [multiply(...x.shape.slice(0, -1)), x.shape.at(-1) ?? 1]);
}
