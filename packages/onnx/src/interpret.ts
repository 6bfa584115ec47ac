// Evaluates a tensor program in float64, one plain loop an operation: the definition that gradients and graphs are tested
// against. Slow, and never used to run a model.
import { resolve } from "./dims.ts";
import { liveNodes, type Attributes, type Graph, type Node, type OpName, type Tensor } from "./ir.ts";

export type Value = { shape: readonly number[]; data: Float64Array };

type Operation = (inputs: readonly Value[], attributes: Attributes, node: Evaluation) => Value[];
type Evaluation = { outputs: readonly (readonly number[])[]; integer: boolean; sizes: readonly number[] };

/** Values of the graph's outputs for inputs by name; `dims` gives the named dimensions. */
export function interpret(
  graph: Graph,
  inputs: ReadonlyMap<string, Value>,
  dims: ReadonlyMap<string, number> = new Map(),
): Map<string, Value> {
  const values = new Map<Tensor, Value>();
  for (const tensor of graph.inputs) {
    const value = inputs.get(tensor.inputName ?? "");
    if (value) values.set(tensor, value);
  }
  for (const node of liveNodes(graph)) {
    const evaluation = describe(node, dims);
    const operands = node.inputs.map((input) => known(values, input));
    const results = operations[node.op](operands, node.attributes, evaluation);
    for (const [i, output] of node.outputs.entries()) values.set(output, must(results[i], node.op));
  }
  return new Map([...graph.outputs].map(([name, tensor]) => [name, known(values, tensor)]));
}

function describe(node: Node, dims: ReadonlyMap<string, number>): Evaluation {
  return {
    outputs: node.outputs.map((output) => output.shape.map((dim) => resolve(dim, dims))),
    integer: node.inputs[0]?.dtype === "int32",
    sizes: (node.attributes.sizes ?? []).map((size) => resolve(size, dims)),
  };
}

function known(values: ReadonlyMap<Tensor, Value>, tensor: Tensor): Value {
  return must(values.get(tensor), tensor.inputName ?? tensor.producer?.op ?? "tensor");
}

function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} has no value`);
  return value;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Position in an operand of `shape` that broadcasts to position `flat` of a result of shape `to`. */
function broadcastIndex(flat: number, to: readonly number[], shape: readonly number[]): number {
  let index = 0;
  let stride = 1;
  let rest = flat;
  for (let axis = to.length - 1; axis >= 0; axis--) {
    const size = to[axis] ?? 1;
    const own = shape[axis - to.length + shape.length] ?? 1;
    if (own !== 1) index += (rest % size) * stride;
    stride *= own;
    rest = Math.floor(rest / size);
  }
  return index;
}

function elementwise(f: (...operands: number[]) => number): Operation {
  return (inputs, _, { outputs: [shape = []] }) => {
    const data = new Float64Array(sizeOf(shape)).map((_, flat) =>
      f(...inputs.map((input) => input.data[broadcastIndex(flat, shape, input.shape)] ?? NaN)),
    );
    return [{ shape, data }];
  };
}

/** int32 arithmetic wraps around. */
function arithmetic(float: (a: number, b: number) => number, integer: (a: number, b: number) => number): Operation {
  return (inputs, attributes, node) => elementwise(node.integer ? integer : float)(inputs, attributes, node);
}

/** erf by its Taylor series, exact to float64 for the |x| < 4 of tests. */
function erf(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const matmul: Operation = ([a, b, c], { transA = false, transB = false, alpha = 1 }, { outputs: [shape = []] }) => {
  const [x, y] = [must(a, "MatMul a"), must(b, "MatMul b")];
  const [m = 1, n = 1] = shape.slice(-2);
  const [rows = 1, columns = 1] = x.shape.slice(-2);
  const inner = transA ? rows : columns;
  const batch = shape.slice(0, -2);
  const data = new Float64Array(sizeOf(shape));
  for (let g = 0; g < sizeOf(batch); g++) {
    const xAt = broadcastIndex(g, batch, x.shape.slice(0, -2)) * m * inner;
    const yAt = broadcastIndex(g, batch, y.shape.slice(0, -2)) * n * inner;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          const left = x.data[xAt + (transA ? k * m + i : i * inner + k)] ?? NaN;
          sum += left * (y.data[yAt + (transB ? j * inner + k : k * n + j)] ?? NaN);
        }
        const at = (g * m + i) * n + j;
        data[at] = alpha * sum + (c ? (c.data[broadcastIndex(at, shape, c.shape)] ?? NaN) : 0);
      }
    }
  }
  return [{ shape, data }];
};

const transpose: Operation = ([x], { perm = [] }, { outputs: [shape = []] }) => {
  const from = must(x, "Transpose");
  const strides = from.shape.map((_, axis) => sizeOf(from.shape.slice(axis + 1)));
  const data = new Float64Array(from.data.length).map((_, flat) => {
    let rest = flat;
    let index = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index += (rest % (shape[axis] ?? 1)) * (strides[perm[axis] ?? 0] ?? 0);
      rest = Math.floor(rest / (shape[axis] ?? 1));
    }
    return from.data[index] ?? NaN;
  });
  return [{ shape, data }];
};

const split: Operation = ([x], { axis = 0 }, { outputs, sizes }) => {
  const from = must(x, "Split");
  const inner = sizeOf(from.shape.slice(axis + 1));
  const width = (from.shape[axis] ?? 1) * inner;
  let start = 0;
  return outputs.map((shape, i) => {
    const own = (sizes[i] ?? 0) * inner;
    const data = new Float64Array(sizeOf(shape));
    for (let block = 0; block * own < data.length; block++) {
      data.set(from.data.subarray(block * width + start, block * width + start + own), block * own);
    }
    start += own;
    return { shape, data };
  });
};

const concat: Operation = (inputs, { axis = 0 }, { outputs: [shape = []] }) => {
  const inner = sizeOf(shape.slice(axis + 1));
  const width = (shape[axis] ?? 1) * inner;
  const data = new Float64Array(sizeOf(shape));
  let start = 0;
  for (const from of inputs) {
    const own = (from.shape[axis] ?? 1) * inner;
    for (let block = 0; block * width < data.length; block++) {
      data.set(from.data.subarray(block * own, (block + 1) * own), block * width + start);
    }
    start += own;
  }
  return [{ shape, data }];
};

function reduce(start: number, combine: (a: number, b: number) => number): Operation {
  return ([x], { axes = [] }, { outputs: [shape = []] }) => {
    const from = must(x, "Reduce");
    const kept = from.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const data = new Float64Array(sizeOf(shape)).fill(start);
    for (let flat = 0; flat < from.data.length; flat++) {
      const at = broadcastIndex(flat, from.shape, kept);
      data[at] = combine(data[at] ?? NaN, from.data[flat] ?? NaN);
    }
    return [{ shape, data }];
  };
}

/** Applies `f` to each line along the last axis. */
function lines(x: Value, f: (line: Float64Array, index: number) => ArrayLike<number>): Value {
  const width = x.shape.at(-1) ?? 1;
  const data = new Float64Array(x.data.length);
  for (let i = 0; i * width < data.length; i++) data.set(f(x.data.subarray(i * width, (i + 1) * width), i), i * width);
  return { shape: x.shape, data };
}

const softmax: Operation = ([x]) => [
  lines(must(x, "Softmax"), (line) => {
    const largest = Math.max(...line);
    const powers = line.map((value) => Math.exp(value - largest));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  }),
];

const gather: Operation = ([data, indices], _, { outputs: [shape = []] }) => {
  const [from, rows] = [must(data, "Gather data"), must(indices, "Gather indices")];
  const width = sizeOf(from.shape.slice(1));
  const picked = new Float64Array(sizeOf(shape));
  for (const [i, row] of rows.data.entries()) picked.set(from.data.subarray(row * width, (row + 1) * width), i * width);
  return [{ shape, data: picked }];
};

const pickLast: Operation = ([x, indices]) => {
  const [from, columns] = [must(x, "PickLast data"), must(indices, "PickLast indices")];
  const [width, count] = [from.shape.at(-1) ?? 1, columns.shape.at(-1) ?? 1];
  const data = columns.data.map((column, i) => from.data[Math.floor(i / count) * width + column] ?? NaN);
  return [{ shape: columns.shape, data }];
};

function scatter(combine: (old: number, update: number) => number): Operation {
  return ([base, indices, updates]) => {
    const [into, rows, from] = [must(base, "base"), must(indices, "indices"), must(updates, "updates")];
    const width = sizeOf(into.shape.slice(1));
    const data = into.data.slice();
    for (const [i, row] of rows.data.entries()) {
      for (let j = 0; j < width; j++) {
        data[row * width + j] = combine(data[row * width + j] ?? NaN, from.data[i * width + j] ?? NaN);
      }
    }
    return [{ shape: into.shape, data }];
  };
}

/** Normalises each line about `center` of it; returns y, the centers and the inverse deviations. */
function normalise(inputs: readonly Value[], epsilon: number, center: (line: Float64Array) => number) {
  const [x, weight, bias] = [must(inputs[0], "x"), must(inputs[1], "weight"), inputs[2]];
  const statistics = x.shape.with(x.shape.length - 1, 1);
  const centers = new Float64Array(sizeOf(statistics));
  const inverses = new Float64Array(sizeOf(statistics));
  const y = lines(x, (line, i) => {
    const middle = center(line);
    const variance = line.reduce((sum, value) => sum + (value - middle) ** 2, 0) / line.length;
    const inverse = 1 / Math.sqrt(variance + epsilon);
    centers[i] = middle;
    inverses[i] = inverse;
    return line.map((value, j) => (value - middle) * inverse * (weight.data[j] ?? NaN) + (bias?.data[j] ?? 0));
  });
  return [y, { shape: statistics, data: centers }, { shape: statistics, data: inverses }] as const;
}

const rotary: Operation = ([x, positions, cos, sin], { heads = 1, inverse = false }) => {
  const [from, at, cosines, sines] = [must(x, "x"), must(positions, "positions"), must(cos, "cos"), must(sin, "sin")];
  const half = cosines.shape[1] ?? 0;
  const headDim = (from.shape[2] ?? 0) / heads;
  const turned = lines(from, (line, token) => {
    const y = line.slice();
    const row = (at.data[token] ?? 0) * half;
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < half; i++) {
        const [p, q] = [head * headDim + i, head * headDim + half + i];
        const [c, s] = [cosines.data[row + i] ?? NaN, (sines.data[row + i] ?? NaN) * (inverse ? -1 : 1)];
        y[p] = (line[p] ?? NaN) * c - (line[q] ?? NaN) * s;
        y[q] = (line[q] ?? NaN) * c + (line[p] ?? NaN) * s;
      }
    }
    return y;
  });
  return [turned];
};

const reinterpret: Operation = ([x], _, { outputs: [shape = []] }) => [{ shape, data: must(x, "Reshape").data }];
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const operations: Record<OpName, Operation> = {
  Constant: (_, { data = [] }, { outputs: [shape = []] }) => [{ shape, data: Float64Array.from(data, Number) }],
  Add: arithmetic(
    (a, b) => a + b,
    (a, b) => (a + b) | 0,
  ),
  Sub: arithmetic(
    (a, b) => a - b,
    (a, b) => (a - b) | 0,
  ),
  Mul: arithmetic((a, b) => a * b, Math.imul),
  Div: elementwise((a = NaN, b = NaN) => a / b),
  Min: elementwise(Math.min),
  Less: elementwise((a = NaN, b = NaN) => Number(a < b)),
  Where: elementwise((condition, a = NaN, b = NaN) => (condition ? a : b)),
  Cast: elementwise((x = NaN) => x),
  Neg: elementwise((x = NaN) => -x),
  Exp: elementwise(Math.exp),
  Log: elementwise(Math.log),
  Sqrt: elementwise(Math.sqrt),
  Sigmoid: elementwise(sigmoid),
  Tanh: elementwise(Math.tanh),
  Erf: elementwise(erf),
  Silu: elementwise((x = NaN) => x * sigmoid(x)),
  Gelu: elementwise((x = NaN) => 0.5 * x * (1 + erf(x * Math.SQRT1_2))),
  GeluTanh: elementwise((x = NaN) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))),
  MatMul: matmul,
  Reshape: reinterpret,
  Transpose: transpose,
  Split: split,
  Concat: concat,
  ExpandLike: ([x], attributes, node) => elementwise((value = NaN) => value)([must(x, "x")], attributes, node),
  ReduceSum: reduce(0, (a, b) => a + b),
  ReduceMax: reduce(-Infinity, Math.max),
  Softmax: softmax,
  Gather: gather,
  PickLast: pickLast,
  ScatterAddRows: scatter((old, update) => old + update),
  ScatterRows: scatter((_, update) => update),
  RmsNorm: (inputs, { epsilon = 0 }) => {
    const [y, , inverse] = normalise(inputs, epsilon, () => 0);
    return [y, inverse];
  },
  LayerNorm: (inputs, { epsilon = 0 }) => [
    ...normalise(inputs, epsilon, (line) => line.reduce((a, b) => a + b, 0) / line.length),
  ],
  Rotary: rotary,
};
