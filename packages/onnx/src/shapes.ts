// Shape and type inference: for each operation, what its outputs are given its inputs. Wrong inputs are errors here.
import { broadcast, broadcastShapes, divide, multiply, sum, type Dim } from "./dims.ts";
import { describeShape, type Attributes, type DType, type OpName, type Tensor } from "./ir.ts";

export type Inferred = { dtype: DType; shape: readonly Dim[] };
type Rule = (inputs: readonly Tensor[], attributes: Attributes, op: OpName) => Inferred[];

export function inferOutputs(op: OpName, inputs: readonly Tensor[], attributes: Attributes): Inferred[] {
  return rules[op](inputs, attributes, op);
}

/** An axis counted from the end becomes one counted from the front. */
export function normaliseAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive >= rank) throw new Error(`axis ${axis} is outside rank ${rank}`);
  return positive;
}

function at(inputs: readonly Tensor[], index: number, op: OpName): Tensor {
  const tensor = inputs[index];
  if (!tensor) throw new Error(`${op}: input ${index} is missing`);
  return tensor;
}

const like: Rule = (inputs, _, op) => {
  const { dtype, shape } = at(inputs, 0, op);
  return [{ dtype, shape }];
};

const binary: Rule = (inputs, _, op) => {
  const a = at(inputs, 0, op);
  const b = at(inputs, 1, op);
  if (a.dtype !== b.dtype) throw new Error(`${op}: ${a.dtype} and ${b.dtype} do not mix`);
  return [{ dtype: a.dtype, shape: broadcastShapes(a.shape, b.shape) }];
};

const less: Rule = (inputs, attributes, op) =>
  binary(inputs, attributes, op).map(({ shape }) => ({ dtype: "bool", shape }));

const where: Rule = (inputs, _, op) => {
  const [condition, a, b] = [at(inputs, 0, op), at(inputs, 1, op), at(inputs, 2, op)];
  return [{ dtype: a.dtype, shape: broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape)) }];
};

const matmul: Rule = (inputs, { transA = false, transB = false }, op) => {
  const a = at(inputs, 0, op);
  const b = at(inputs, 1, op);
  const [m, k] = lastTwo(a, transA);
  const [k2, n] = lastTwo(b, transB);
  if (k !== k2) throw new Error(`MatMul: ${describeShape(a.shape)} by ${describeShape(b.shape)}: inner sizes differ`);
  const shape = [...broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n];
  const c = inputs[2];
  if (c && broadcastShapes(c.shape, shape).join() !== shape.join()) {
    throw new Error(`MatMul: addend ${describeShape(c.shape)} does not fit ${describeShape(shape)}`);
  }
  return [{ dtype: a.dtype, shape }];
};

function lastTwo({ shape }: Tensor, transposed: boolean): [Dim, Dim] {
  const [rows, columns] = shape.slice(-2);
  if (rows === undefined || columns === undefined) throw new Error(`MatMul: ${describeShape(shape)} is not a matrix`);
  return transposed ? [columns, rows] : [rows, columns];
}

const reshape: Rule = (inputs, { shape = [] }, op) => {
  const x = at(inputs, 0, op);
  if (multiply(...x.shape) !== multiply(...shape)) {
    throw new Error(`Reshape: ${describeShape(x.shape)} does not hold ${describeShape(shape)}`);
  }
  return [{ dtype: x.dtype, shape }];
};

const transpose: Rule = (inputs, { perm = [] }, op) => {
  const x = at(inputs, 0, op);
  if (perm.length !== x.shape.length) throw new Error(`Transpose: perm ${perm.join()} for ${describeShape(x.shape)}`);
  return [{ dtype: x.dtype, shape: perm.map((axis) => x.shape[axis] ?? 1) }];
};

const split: Rule = (inputs, { axis = 0, sizes = [] }, op) => {
  const x = at(inputs, 0, op);
  const total = sizes.slice(1).reduce<Dim>(sum, sizes[0] ?? 0);
  if (total !== x.shape[axis]) throw new Error(`Split: ${sizes.join("+")} is not ${x.shape[axis]}`);
  return sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.with(axis, size) }));
};

const concat: Rule = (inputs, { axis = 0 }, op) => {
  const first = at(inputs, 0, op);
  const total = inputs.slice(1).reduce<Dim>((size, x) => sum(size, x.shape[axis] ?? 1), first.shape[axis] ?? 1);
  const outside = inputs.map((x) => x.shape.with(axis, 0).join());
  if (new Set(outside).size !== 1) {
    throw new Error(`Concat: shapes differ: ${inputs.map((x) => describeShape(x.shape)).join(", ")}`);
  }
  return [{ dtype: first.dtype, shape: first.shape.with(axis, total) }];
};

const reduce: Rule = (inputs, { axes = [], keepDims = true }, op) => {
  const x = at(inputs, 0, op);
  const reduced = x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
  return [{ dtype: x.dtype, shape: keepDims ? reduced : reduced.filter((_, i) => !axes.includes(i)) }];
};

/** Rows of `data` at `indices`: [R, …] and [i…] give [i…, …]. */
const gather: Rule = (inputs, _, op) => {
  const data = at(inputs, 0, op);
  return [{ dtype: data.dtype, shape: [...at(inputs, 1, op).shape, ...data.shape.slice(1)] }];
};

const rmsNorm: Rule = (inputs, _, op) => {
  const x = at(inputs, 0, op);
  broadcast(x.shape.at(-1) ?? 1, at(inputs, 1, op).shape[0] ?? 1);
  return [
    { dtype: x.dtype, shape: x.shape },
    { dtype: x.dtype, shape: x.shape.with(x.shape.length - 1, 1) },
  ];
};

const layerNorm: Rule = (inputs, attributes, op) => {
  const [y, inverse] = rmsNorm(inputs, attributes, op);
  return y && inverse ? [y, inverse, inverse] : [];
};

/** x [B, T, heads·D] with cos and sin [positions, rotated/2]. */
const rotary: Rule = (inputs, { heads = 1 }, op) => {
  const x = at(inputs, 0, op);
  if (x.shape.length !== 3) throw new Error(`Rotary: ${describeShape(x.shape)} is not [B, T, heads·D]`);
  divide(x.shape[2] ?? 1, heads);
  return [{ dtype: x.dtype, shape: x.shape }];
};

const rules: Record<OpName, Rule> = {
  Constant: (_, { shape = [], data }) => [{ dtype: dtypeOf(data), shape }],
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Min: binary,
  Less: less,
  Where: where,
  Cast: (inputs, { to = "float32" }, op) => [{ dtype: to, shape: at(inputs, 0, op).shape }],
  Neg: like,
  Exp: like,
  Log: like,
  Sqrt: like,
  Sigmoid: like,
  Tanh: like,
  Erf: like,
  Silu: like,
  Gelu: like,
  GeluTanh: like,
  MatMul: matmul,
  Reshape: reshape,
  Transpose: transpose,
  Split: split,
  Concat: concat,
  ExpandLike: (inputs, _, op) => [{ dtype: at(inputs, 0, op).dtype, shape: at(inputs, 1, op).shape }],
  ReduceSum: reduce,
  ReduceMax: reduce,
  Softmax: like,
  Gather: gather,
  PickLast: (inputs, _, op) => [{ dtype: at(inputs, 0, op).dtype, shape: at(inputs, 1, op).shape }],
  ScatterAddRows: like,
  ScatterRows: like,
  RmsNorm: rmsNorm,
  LayerNorm: layerNorm,
  Rotary: rotary,
};

function dtypeOf(data: Attributes["data"]): DType {
  if (data instanceof Int32Array) return "int32";
  return data instanceof BigInt64Array ? "int64" : "float32";
}
