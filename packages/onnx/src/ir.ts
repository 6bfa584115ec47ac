// The tensor program: a graph of operations over typed tensors whose shapes may name dimensions.
// It says nothing about how an operation is computed (interpret.ts, emit.ts) or differentiated (grad.ts).
import type { Dim } from "./dims.ts";

export type DType = "float32" | "int32" | "int64" | "bool";

export type OpName =
  | "Constant"
  | "Add"
  | "Sub"
  | "Mul"
  | "Div"
  | "Min"
  | "Less"
  | "Where"
  | "Cast"
  | "Neg"
  | "Exp"
  | "Log"
  | "Sqrt"
  | "Sigmoid"
  | "Tanh"
  | "Erf"
  | "Silu"
  | "Gelu"
  | "GeluTanh"
  | "MatMul"
  | "Reshape"
  | "Transpose"
  | "Split"
  | "Concat"
  | "ExpandLike"
  | "ReduceSum"
  | "ReduceMax"
  | "Softmax"
  | "Gather"
  | "PickLast"
  | "ScatterAddRows"
  | "ScatterRows"
  | "RmsNorm"
  | "LayerNorm"
  | "Rotary";

/** Every attribute an operation may carry; ops.ts says which takes which. */
export type Attributes = {
  data?: Float32Array | Int32Array | BigInt64Array;
  shape?: readonly Dim[];
  axis?: number;
  axes?: readonly number[];
  keepDims?: boolean;
  perm?: readonly number[];
  sizes?: readonly Dim[];
  transA?: boolean;
  transB?: boolean;
  alpha?: number;
  epsilon?: number;
  heads?: number;
  inverse?: boolean;
  to?: DType;
};

/** Gradient of an output with respect to `inputs`, written by hand over the nodes in between. */
export type CustomGradient = {
  inputs: readonly Tensor[];
  backward(dy: Tensor, need: readonly boolean[]): readonly (Tensor | undefined)[];
};

export type Tensor = {
  readonly graph: Graph;
  readonly id: number;
  readonly dtype: DType;
  readonly shape: readonly Dim[];
  /** The name of a graph input; undefined for computed tensors. */
  readonly inputName?: string;
  producer?: Node;
  customGradient?: CustomGradient;
};

export type Node = {
  readonly op: OpName;
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly outputs: readonly Tensor[];
};

export type Graph = {
  readonly inputs: Tensor[];
  readonly nodes: Node[];
  readonly outputs: Map<string, Tensor>;
  nextId: number;
};

export function createGraph(): Graph {
  return { inputs: [], nodes: [], outputs: new Map(), nextId: 0 };
}

export function addInput(graph: Graph, name: string, dtype: DType, shape: readonly Dim[]): Tensor {
  const tensor: Tensor = { graph, id: graph.nextId++, dtype, shape, inputName: name };
  graph.inputs.push(tensor);
  return tensor;
}

export function addOutput(name: string, tensor: Tensor): void {
  if (tensor.graph.outputs.has(name)) throw new Error(`graph output ${name} is set twice`);
  tensor.graph.outputs.set(name, tensor);
}

/** Nodes that the outputs depend on, in the order they were added. */
export function liveNodes(graph: Graph): Node[] {
  const live = new Set<Node>();
  const pending = [...graph.outputs.values()];
  for (let tensor = pending.pop(); tensor; tensor = pending.pop()) {
    const node = tensor.producer;
    if (!node || live.has(node)) continue;
    live.add(node);
    pending.push(...node.inputs);
  }
  return graph.nodes.filter((node) => live.has(node));
}

/** `1×B*T×64`, for messages. */
export function describeShape(shape: readonly Dim[]): string {
  return shape.length === 0 ? "scalar" : shape.join("×");
}
