// Builds the forward pass of an architecture into a graph, over whole sequences or over new tokens with a KV cache.
import type { Architecture, ForwardContext, LayerSpec } from "./architectures/family.ts";
import { attentionWeights, causalAttention, QUERY_CHUNKS } from "./attention.ts";
import { multiply } from "./dims.ts";
import { addInput, addOutput, type Graph, type Tensor } from "./ir.ts";
import { adapterWeights, applyAdapted, applyLinear, findModule, type Adapter, type LoraTensors } from "./lora.ts";
import { concat, gather, matmul, reshape, rotary, scatterRows, split, transpose } from "./ops.ts";

/** Where a graph's weights come from. */
export type WeightSource = { weight(name: string): Tensor; lora(module: string): LoraTensors | undefined };

/** Every weight a graph input under its own name, adapter tensors likewise. */
export function inputWeights(graph: Graph, architecture: Architecture, adapter?: Adapter): WeightSource {
  const shapes = new Map(architecture.weights.map(({ name, shape }) => [name, shape]));
  for (const [name, { shape }] of adapterWeights(adapter ?? new Map())) shapes.set(name, shape);
  const made = new Map<string, Tensor>();
  const weight = (name: string): Tensor => {
    const shape = shapes.get(name);
    if (!shape) throw new Error(`the architecture has no weight ${name}`);
    const tensor = made.get(name) ?? addInput(graph, name, "float32", shape);
    made.set(name, tensor);
    return tensor;
  };
  return {
    weight,
    lora: (module) => {
      const found = adapter?.get(module);
      return found && findModule(module, found, weight);
    },
  };
}

/** Name of the mask input for layers with this window. */
export function maskName(window: number | undefined): string {
  return window === undefined ? "mask" : `mask.${window}`;
}

/** The distinct windows of a model's layers. */
export function windowsOf({ layers }: Architecture): (number | undefined)[] {
  return [...new Set(layers.map(({ window }) => window))];
}

function layerAt({ layers }: Architecture, index: number): LayerSpec {
  const layer = layers[index];
  if (!layer) throw new Error(`the model has no layer ${index}`);
  return layer;
}

/** Inputs shared by all graphs: ids and positions int32 [B, T], rope tables `rope.<id>.cos` and `.sin`. */
function createContext(
  graph: Graph,
  architecture: Architecture,
  source: WeightSource,
  parts: Pick<ForwardContext, "attention" | "select">,
): ForwardContext {
  const ids = addInput(graph, "ids", "int32", ["B", "T"]);
  const positions = addInput(graph, "positions", "int32", ["B", "T"]);
  const tables = new Map(
    Object.entries(architecture.ropes).map(([id, { frequencies }]) => {
      const shape = [`R.${id}`, frequencies.length];
      const cos = addInput(graph, `rope.${id}.cos`, "float32", shape);
      return [id, { positions, cos, sin: addInput(graph, `rope.${id}.sin`, "float32", shape) }];
    }),
  );
  const linears = new Map(architecture.linears.map((linear) => [linear.module, linear]));
  const rows = multiply("B", "T");
  return {
    ids,
    positions,
    rows,
    weight: source.weight,
    linear: (x, module) => {
      const spec = linears.get(module);
      if (!spec) throw new Error(`the architecture has no linear layer ${module}`);
      const linear = {
        weight: source.weight(`${module}.weight`),
        transposed: spec.transposed,
        ...(spec.bias ? { bias: source.weight(`${module}.bias`) } : {}),
      };
      const lora = source.lora(module);
      return lora ? applyAdapted(x, linear, lora) : applyLinear(x, linear);
    },
    rotate: (x, heads, rope) => {
      const table = tables.get(rope);
      if (!table) throw new Error(`the architecture has no rope ${rope}`);
      const width = x.shape[1] ?? 1;
      return reshape(rotary(reshape(x, ["B", "T", width]), table, heads), [rows, width]);
    },
    ...parts,
  };
}

/**
 * Forward pass over whole sequences. Inputs: ids, positions, rope tables, `mask` (and `mask.<window>`) [1|B, 1, 1, T, T],
 * `rows` int32 [M] of flat positions, weights. T is a multiple of QUERY_CHUNKS. Returns hidden states [M, C].
 */
export function buildSequenceForward(graph: Graph, architecture: Architecture, source: WeightSource): Tensor {
  const masks = new Map<number | undefined, readonly Tensor[]>();
  for (const window of windowsOf(architecture)) {
    const mask = addInput(graph, maskName(window), "float32", ["1|B", 1, 1, "T", "T"]);
    masks.set(window, chunkMask(mask));
  }
  const selected = addInput(graph, "rows", "int32", ["M"]);
  const context = createContext(graph, architecture, source, {
    select: (x) => gather(x, selected),
    attention: (q, k, v, index) => {
      const layer = layerAt(architecture, index);
      return causalAttention(q, k, v, masks.get(layer.window) ?? [], layer, { batch: "B", length: "T" });
    },
  });
  return architecture.forward(context);
}

/** Rows of chunk i and the columns up to its end. */
function chunkMask(mask: Tensor): readonly Tensor[] {
  return split(mask, 3, QUERY_CHUNKS).map((rows, i) => concat(split(rows, 4, QUERY_CHUNKS).slice(0, i + 1), 4));
}

/**
 * Forward pass over new tokens. Inputs as above, but masks are [B, 1, 1, T, K] over the K columns of the cache, and each
 * layer has `cache.<layer>.k` and `.v` [B·kvHeads·K, D] with `cache.rows` int32 [B·kvHeads·T] saying where new keys and
 * values go. Outputs of the same names hold the caches afterwards. Returns hidden states [M, C].
 */
export function buildCachedForward(graph: Graph, architecture: Architecture, source: WeightSource): Tensor {
  const masks = new Map<number | undefined, Tensor>();
  for (const window of windowsOf(architecture)) {
    masks.set(window, addInput(graph, maskName(window), "float32", ["B", 1, 1, "T", "K"]));
  }
  const kvHeads = architecture.layers[0]?.kvHeads ?? 1;
  const slots = addInput(graph, "cache.rows", "int32", [multiply("B", "T", kvHeads)]);
  const selected = addInput(graph, "rows", "int32", ["M"]);

  const remember = (x: Tensor, name: string, { headDim }: LayerSpec): Tensor => {
    const cache = addInput(graph, name, "float32", [multiply("B", "K", kvHeads), headDim]);
    const heads = transpose(reshape(x, ["B", "T", kvHeads, headDim]), [0, 2, 1, 3]);
    const updated = scatterRows(cache, slots, reshape(heads, [multiply("B", "T", kvHeads), headDim]));
    addOutput(`${name}.next`, updated);
    return reshape(updated, ["B", kvHeads, "K", headDim]);
  };
  const context = createContext(graph, architecture, source, {
    select: (x) => gather(x, selected),
    attention: (q, k, v, index) => {
      const layer = layerAt(architecture, index);
      const mask = masks.get(layer.window);
      if (!mask) throw new Error(`layer ${index} has no mask`);
      const { heads, headDim } = layer;
      const queries = transpose(reshape(q, ["B", "T", heads, headDim]), [0, 2, 1, 3]);
      const grouped = reshape(queries, ["B", kvHeads, multiply("T", heads / kvHeads), headDim]);
      const p = attentionWeights(grouped, remember(k, `cache.${index}.k`, layer), mask, layer);
      const y = reshape(matmul(p, remember(v, `cache.${index}.v`, layer)), ["B", heads, "T", headDim]);
      return reshape(transpose(y, [0, 2, 1, 3]), [multiply("B", "T"), heads * headDim]);
    },
  });
  return architecture.forward(context);
}

/** hidden [M, C] to logits [M, V]. */
export function buildLogits(hidden: Tensor, architecture: Architecture, source: WeightSource): Tensor {
  return matmul(hidden, source.weight(architecture.head), { transB: true });
}
