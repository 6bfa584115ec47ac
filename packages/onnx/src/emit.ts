// Writes a tensor program as an ONNX model: opset 18 plus onnxruntime's com.microsoft operators where they are faster
// (FusedMatMul, RotaryEmbedding, QuickGelu, …). Weights are graph inputs: they stay outside the protobuf and its 2 GB limit,
// and are used where the caller holds them.
import type { Dim } from "./dims.ts";
import { divide, multiply } from "./dims.ts";
import { liveNodes, type Attributes, type DType, type Graph, type Node, type OpName, type Tensor } from "./ir.ts";
import * as wire from "./protobuf.ts";

const OPSET = 18;
const IR_VERSION = 10;
const MICROSOFT = "com.microsoft";
const elementTypes: Record<DType, number> = { float32: 1, int32: 6, int64: 7, bool: 9 };
const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 };

type OnnxAttribute = number | string | readonly number[] | { float: number };
type OnnxNode = {
  type: string;
  domain?: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes?: Record<string, OnnxAttribute>;
};
type Constant = { dtype: DType; dims: readonly number[]; data: Uint8Array };

type Emitter = {
  graph: Graph;
  nodes: OnnxNode[];
  constants: Map<string, Constant>;
  names: Map<Tensor, string>;
  memo: Map<string, string>;
};

/** The bytes of an ONNX ModelProto that computes the graph's outputs from its inputs. */
export function emitModel(graph: Graph): Uint8Array {
  const emitter: Emitter = { graph, nodes: [], constants: new Map(), names: nameTensors(graph), memo: new Map() };
  for (const node of liveNodes(graph)) emitNode(emitter, node);
  for (const [name, tensor] of graph.outputs) {
    if (emitter.names.get(tensor) !== name) push(emitter, "Identity", [nameOf(emitter, tensor)], [name]);
  }
  const fields = [
    ...emitter.nodes.map(encodeNode),
    wire.string(2, "heddle"),
    ...[...emitter.constants].map(([name, constant]) => encodeConstant(name, constant)),
    ...graph.inputs.map((tensor) => encodeValue(11, tensor.inputName ?? "", tensor)),
    ...[...graph.outputs].map(([name, tensor]) => encodeValue(12, name, tensor)),
    ...namedShapes(emitter),
  ];
  return wire.join([
    wire.integer(1, IR_VERSION),
    wire.string(2, "heddle"),
    wire.message(7, fields),
    wire.message(8, [wire.string(1, ""), wire.integer(2, OPSET)]),
    wire.message(8, [wire.string(1, MICROSOFT), wire.integer(2, 1)]),
  ]);
}

/**
 * Shapes of intermediate tensors. Without the names of their dimensions onnxruntime cannot tell which buffers may be
 * reused, and its search among them makes loading a large graph several times slower.
 */
function namedShapes({ graph, names }: Emitter): wire.Field[] {
  const outside = new Set([...graph.inputs, ...graph.outputs.values()]);
  return [...names].flatMap(([tensor, name]) => {
    const isNamed = tensor.shape.some((dim) => typeof dim === "string");
    return isNamed && !outside.has(tensor) ? [encodeValue(13, name, tensor)] : [];
  });
}

/** Outputs are named at the node that makes them: onnxruntime-web handles `Identity` outputs badly. */
function nameTensors(graph: Graph): Map<Tensor, string> {
  const names = new Map<Tensor, string>();
  for (const tensor of graph.inputs) names.set(tensor, tensor.inputName ?? "");
  for (const [name, tensor] of graph.outputs) {
    if (tensor.producer && tensor.producer.op !== "Constant" && !names.has(tensor)) names.set(tensor, name);
  }
  return names;
}

function nameOf(emitter: Emitter, tensor: Tensor): string {
  const name = emitter.names.get(tensor) ?? `t${tensor.id}`;
  emitter.names.set(tensor, name);
  return name;
}

function push(
  emitter: Emitter,
  type: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Record<string, OnnxAttribute> = {},
  domain = "",
): void {
  emitter.nodes.push({ type, inputs, outputs, attributes, domain });
}

/** A node without counterpart in the tensor program, made once for each key. */
function derive(emitter: Emitter, key: string, make: (output: string) => void): string {
  const known = emitter.memo.get(key);
  if (known) return known;
  const name = `d${emitter.memo.size}`;
  emitter.memo.set(key, name);
  make(name);
  return name;
}

function int64s(emitter: Emitter, values: readonly number[]): string {
  return derive(emitter, `int64 ${values.join()}`, (name) => {
    const data = BigInt64Array.from(values, BigInt);
    emitter.constants.set(name, { dtype: "int64", dims: [values.length], data: new Uint8Array(data.buffer) });
  });
}

/** int64 [1] holding the run-time value of a dimension, read off the shape of a graph input that has it. */
function dimension(emitter: Emitter, dim: Dim): string {
  if (typeof dim === "number") return int64s(emitter, [dim]);
  return derive(emitter, `dim ${dim}`, (name) => {
    for (const tensor of emitter.graph.inputs) {
      const axis = tensor.shape.indexOf(dim);
      if (axis < 0) continue;
      push(emitter, "Shape", [nameOf(emitter, tensor)], [name], { start: axis, end: axis + 1 });
      return;
    }
    emitMonomial(emitter, dim, name);
  });
}

/** n·X/d or X·Y from its parts. */
function emitMonomial(emitter: Emitter, dim: string, name: string): void {
  const [product = "", bottom] = dim.split("/");
  if (bottom !== undefined) {
    push(
      emitter,
      "Div",
      [dimension(emitter, multiply(dim, Number(bottom))), int64s(emitter, [Number(bottom)])],
      [name],
    );
    return;
  }
  const [first = "", ...rest] = product.split("*");
  if (rest.length === 0) throw new Error(`dimension ${dim} belongs to no graph input`);
  const factor = /^\d+$/.test(first) ? Number(first) : first;
  push(emitter, "Mul", [dimension(emitter, factor), dimension(emitter, divide(dim, factor))], [name]);
}

/** An int64 vector of dimensions; `zeros` marks those that Reshape may copy from its input. */
function dimensions(emitter: Emitter, dims: readonly Dim[]): string {
  const numbers = dims.filter((dim) => typeof dim === "number");
  if (numbers.length === dims.length) return int64s(emitter, numbers);
  return derive(emitter, `dims ${dims.join()}`, (name) => {
    push(
      emitter,
      "Concat",
      dims.map((dim) => dimension(emitter, dim)),
      [name],
      { axis: 0 },
    );
  });
}

function reshapeTarget(emitter: Emitter, from: readonly Dim[], to: readonly Dim[]): string {
  const copied = to.map((dim, i) => (typeof dim === "string" && dim === from[i] ? 0 : dim));
  const unknown = copied.filter((dim) => typeof dim === "string");
  // 0 copies the input's dimension at the same place and -1 is inferred, so one unknown needs no shape arithmetic.
  const target = unknown.length === 1 ? copied.map((dim) => (typeof dim === "string" ? -1 : dim)) : copied;
  return dimensions(emitter, target);
}

type Emit = (emitter: Emitter, names: { inputs: string[]; outputs: string[] }, node: Node) => void;

function plain(
  type: string,
  attributes: (from: Attributes) => Record<string, OnnxAttribute> = () => ({}),
  domain = "",
): Emit {
  return (emitter, { inputs, outputs }, node) =>
    push(emitter, type, inputs, outputs, attributes(node.attributes), domain);
}

const emitMatMul: Emit = (emitter, { inputs, outputs }, { inputs: [a, b], attributes }) => {
  const { transA = false, transB = false, alpha = 1 } = attributes;
  const trans = { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } };
  if (a?.shape.length === 2 && b?.shape.length === 2) push(emitter, "Gemm", inputs, outputs, trans);
  else if (transA || transB || alpha !== 1) push(emitter, "FusedMatMul", inputs, outputs, trans, MICROSOFT);
  else push(emitter, "MatMul", inputs, outputs);
};

/** Parts of one Split: WebGPU binds eight buffers to a shader at least, one of them the input. */
const splitParts = 7;

const emitSplit: Emit = (emitter, { inputs, outputs }, { attributes: { axis = 0, sizes = [] } }) => {
  if (outputs.length > splitParts && sizes.every((size) => typeof size === "number")) {
    let start = 0;
    for (const [i, size] of sizes.entries()) {
      const range = [[start], [start + size], [axis]].map((values) => int64s(emitter, values));
      push(emitter, "Slice", [...inputs, ...range], [outputs[i] ?? ""]);
      start += size;
    }
    return;
  }
  const equal = sizes.every((size) => size === sizes[0]);
  if (equal) push(emitter, "Split", inputs, outputs, { axis, num_outputs: sizes.length });
  else push(emitter, "Split", [...inputs, dimensions(emitter, sizes)], outputs, { axis });
};

const emitReduce =
  (type: string): Emit =>
  (emitter, { inputs, outputs }, { attributes: { axes = [], keepDims = true } }) =>
    push(emitter, type, [...inputs, int64s(emitter, axes)], outputs, { keepdims: Number(keepDims) });

const emitScatterAddRows: Emit = (emitter, { inputs: [base = "", indices = "", updates = ""], outputs }, node) => {
  const column = derive(emitter, `column ${indices}`, (name) =>
    push(emitter, "Reshape", [indices, int64s(emitter, [-1, 1])], [name]),
  );
  const width = node.inputs[2]?.shape[1] ?? 1;
  const everywhere = derive(emitter, `columns ${indices} ${width}`, (name) =>
    push(emitter, "Expand", [column, dimensions(emitter, [1, width])], [name]),
  );
  push(emitter, "ScatterElements", [base, everywhere, updates], outputs, { axis: 0, reduction: "add" });
};

const emitScatterRows: Emit = (emitter, { inputs: [base = "", indices = "", updates = ""], outputs }) => {
  const wide = derive(emitter, `int64 of ${indices}`, (name) =>
    push(emitter, "Cast", [indices], [name], { to: elementTypes.int64 }),
  );
  const column = derive(emitter, `column ${wide}`, (name) =>
    push(emitter, "Reshape", [wide, int64s(emitter, [-1, 1])], [name]),
  );
  push(emitter, "ScatterND", [base, column, updates], outputs);
};

const emitRotary: Emit = (emitter, { inputs: [x = "", positions = "", cos = "", sin = ""], outputs }, node) => {
  const { heads = 1, inverse = false } = node.attributes;
  const [, , cosTable] = node.inputs;
  const rotated = multiply(cosTable?.shape[1] ?? 0, 2);
  const headSize = divide(node.inputs[0]?.shape[2] ?? 0, heads);
  const wide = derive(emitter, `int64 of ${positions}`, (name) =>
    push(emitter, "Cast", [positions], [name], { to: elementTypes.int64 }),
  );
  // The inverse rotation turns by the opposite angle.
  const table = inverse ? derive(emitter, `minus ${sin}`, (name) => push(emitter, "Neg", [sin], [name])) : sin;
  const partial = rotated === headSize ? {} : { rotary_embedding_dim: Number(rotated), num_heads: heads };
  push(emitter, "RotaryEmbedding", [x, wide, cos, table], outputs, partial, MICROSOFT);
};

const epsilonOf = ({ epsilon = 1e-5 }: Attributes) => ({ axis: -1, epsilon: { float: epsilon } });

const emitters: Record<OpName, Emit> = {
  Constant: (emitter, { outputs: [name = ""] }, { attributes: { data, shape = [] }, outputs: [output] }) => {
    if (!data || !output) throw new Error("constant without data");
    const view = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    emitter.constants.set(name, { dtype: output.dtype, dims: shape.map(Number), data: view });
  },
  Add: plain("Add"),
  Sub: plain("Sub"),
  Mul: plain("Mul"),
  Div: plain("Div"),
  Min: plain("Min"),
  Less: plain("Less"),
  Where: plain("Where"),
  Cast: plain("Cast", ({ to = "float32" }) => ({ to: elementTypes[to] })),
  Neg: plain("Neg"),
  Exp: plain("Exp"),
  Log: plain("Log"),
  Sqrt: plain("Sqrt"),
  Sigmoid: plain("Sigmoid"),
  Tanh: plain("Tanh"),
  Erf: plain("Erf"),
  Silu: plain("QuickGelu", () => ({ alpha: { float: 1 } }), MICROSOFT),
  Gelu: plain("Gelu", () => ({}), MICROSOFT),
  GeluTanh: plain("FastGelu", () => ({}), MICROSOFT),
  MatMul: emitMatMul,
  Reshape: (emitter, { inputs, outputs }, { inputs: [x], attributes: { shape = [] } }) =>
    push(emitter, "Reshape", [...inputs, reshapeTarget(emitter, x?.shape ?? [], shape)], outputs),
  Transpose: plain("Transpose", ({ perm = [] }) => ({ perm })),
  Split: emitSplit,
  Concat: plain("Concat", ({ axis = 0 }) => ({ axis })),
  ExpandLike: (emitter, { inputs: [x = "", reference = ""], outputs }) => {
    const shape = derive(emitter, `shape ${reference}`, (name) => push(emitter, "Shape", [reference], [name]));
    push(emitter, "Expand", [x, shape], outputs);
  },
  ReduceSum: emitReduce("ReduceSum"),
  ReduceMax: emitReduce("ReduceMax"),
  Softmax: plain("Softmax", () => ({ axis: -1 })),
  Gather: plain("Gather", () => ({ axis: 0 })),
  PickLast: plain("GatherElements", () => ({ axis: -1 })),
  ScatterAddRows: emitScatterAddRows,
  ScatterRows: emitScatterRows,
  RmsNorm: plain("SimplifiedLayerNormalization", epsilonOf),
  LayerNorm: plain("LayerNormalization", epsilonOf),
  Rotary: emitRotary,
};

function emitNode(emitter: Emitter, node: Node): void {
  const inputs = node.inputs.map((tensor) => nameOf(emitter, tensor));
  const outputs = node.outputs.map((tensor) => nameOf(emitter, tensor));
  emitters[node.op](emitter, { inputs, outputs }, node);
}

function encodeNode({ type, domain = "", inputs, outputs, attributes = {} }: OnnxNode): wire.Field {
  return wire.message(1, [
    ...inputs.map((name) => wire.string(1, name)),
    ...outputs.map((name) => wire.string(2, name)),
    wire.string(4, type),
    ...Object.entries(attributes).map(([name, value]) => wire.message(5, encodeAttribute(name, value))),
    wire.string(7, domain),
  ]);
}

function encodeAttribute(name: string, value: OnnxAttribute): wire.Field[] {
  const label = wire.string(1, name);
  if (typeof value === "number") return [label, wire.integer(3, value), wire.integer(20, attributeTypes.int)];
  if (typeof value === "string") {
    return [label, wire.string(4, value), wire.integer(20, attributeTypes.string)];
  }
  if ("float" in value) return [label, wire.float(2, value.float), wire.integer(20, attributeTypes.float)];
  return [label, wire.integers(8, value), wire.integer(20, attributeTypes.ints)];
}

function encodeConstant(name: string, { dtype, dims, data }: Constant): wire.Field {
  const size = dims.length === 0 ? [] : [wire.integers(1, dims)];
  return wire.message(5, [...size, wire.integer(2, elementTypes[dtype]), wire.string(8, name), wire.bytes(9, data)]);
}

function encodeValue(field: number, name: string, { dtype, shape }: Tensor): wire.Field {
  const dims = shape.map((dim) =>
    wire.message(1, [typeof dim === "number" ? wire.integer(1, dim) : wire.string(2, dim)]),
  );
  const tensorType = wire.message(1, [wire.integer(1, elementTypes[dtype]), wire.message(2, dims)]);
  return wire.message(field, [wire.string(1, name), wire.message(2, [tensorType])]);
}
