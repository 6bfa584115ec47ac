// Causal attention over heads, in the form that is cheapest on a CPU: grouped queries share keys by reshaping, queries
// run in chunks that see only the keys before their end, and the softmax gradient costs one pass over the scores.
import { divide, multiply, type Dim } from "./dims.ts";
import type { Tensor } from "./ir.ts";
import type { LayerSpec } from "./architectures/family.ts";
import {
  add,
  concat,
  constant,
  expandLike,
  matmul,
  mul,
  neg,
  reduceSum,
  reshape,
  softmax,
  split,
  transpose,
} from "./ops.ts";

/** Chunks of queries over whole sequences: a quarter of the length each, 5/8 of the work of a full square. */
export const QUERY_CHUNKS = 4;

/** Batch, query length and the masks (float, added to the scores) of each query chunk: [1|B, 1, 1, T/n, keys]. */
export type AttentionSizes = { batch: Dim; length: Dim };

/**
 * q [N, heads·D], k and v [N, kvHeads·D], N = B·T, to [N, heads·D]. Chunk i of the queries (of masks.length equal ones)
 * attends to the keys of chunks 0…i; masks[i] is added to its scores.
 */
export function causalAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  masks: readonly Tensor[],
  layer: LayerSpec,
  sizes: AttentionSizes,
): Tensor {
  const queries = splitQueries(q, masks.length, layer, sizes);
  const keys = prefixes(splitHeads(k, layer.kvHeads, layer, sizes), masks.length);
  const values = prefixes(splitHeads(v, layer.kvHeads, layer, sizes), masks.length);
  const weights = masks.map((mask, i) => attentionWeights(pick(queries, i), pick(keys, i), mask, layer));
  const chunks = weights.map((p, i) => matmul(p, pick(values, i)));
  const out = joinQueries(chunks, layer, sizes);

  out.customGradient = {
    inputs: [q, k, v],
    backward: (dy) => {
      const dChunks = splitQueries(dy, masks.length, layer, sizes);
      const parts = weights.map((p, i) =>
        chunkGradient(
          { q: pick(queries, i), k: pick(keys, i), v: pick(values, i), p, out: pick(chunks, i), dy: pick(dChunks, i) },
          layer.scale,
        ),
      );
      return [
        joinQueries(
          parts.map(({ dq }) => dq),
          layer,
          sizes,
        ),
        joinHeads(sumPrefixes(parts.map(({ dk }) => dk)), layer.kvHeads, layer, sizes),
        joinHeads(sumPrefixes(parts.map(({ dv }) => dv)), layer.kvHeads, layer, sizes),
      ];
    },
  };
  return out;
}

/** q [B, kv, G·S, D] against k [B, kv, L, D] under a mask [1|B, 1, 1, S, L]: probabilities [B, kv, G·S, L]. */
export function attentionWeights(q: Tensor, k: Tensor, mask: Tensor, { heads, kvHeads, scale }: LayerSpec): Tensor {
  const group = heads / kvHeads;
  const scores = matmul(q, k, { transB: true, alpha: scale });
  const [batch = 1, kv = 1, rows = 1, length = 1] = scores.shape;
  const masked = add(reshape(scores, [batch, kv, group, divide(rows, group), length]), mask);
  return reshape(softmax(masked), scores.shape);
}

type Chunk = { q: Tensor; k: Tensor; v: Tensor; p: Tensor; out: Tensor; dy: Tensor };

/**
 * dS = P∘(dP - rowsum(dP∘P)). The row sum equals rowsum(dY∘Y) (Dao et al. 2022), and appending its negative to dY and a
 * column of ones to V makes one product of dP minus the row sum.
 */
function chunkGradient({ q, k, v, p, out, dy }: Chunk, scale: number): { dq: Tensor; dk: Tensor; dv: Tensor } {
  const rowSum = neg(reduceSum(mul(dy, out), [-1]));
  const ones = appendOnes(v);
  const ds = mul(p, matmul(concat([dy, rowSum], -1), ones, { transB: true }));
  return {
    dq: matmul(ds, k, { alpha: scale }),
    dk: matmul(ds, q, { transA: true, alpha: scale }),
    dv: matmul(p, dy, { transA: true }),
  };
}

/** A last column of ones. */
function appendOnes(v: Tensor): Tensor {
  const [column = v] = split(v, -1, [1, Number(v.shape.at(-1)) - 1]);
  return concat([v, expandLike(constant(v.graph, Float32Array.of(1), []), column)], -1);
}

function splitHeads(x: Tensor, heads: number, { headDim }: LayerSpec, { batch, length }: AttentionSizes): Tensor {
  return transpose(reshape(x, [batch, length, heads, headDim]), [0, 2, 1, 3]);
}

function joinHeads(x: Tensor, heads: number, { headDim }: LayerSpec, { batch, length }: AttentionSizes): Tensor {
  return reshape(transpose(x, [0, 2, 1, 3]), [multiply(batch, length), heads * headDim]);
}

/** [N, heads·D] as chunks [B, kv, G·S, D]: the queries of a group of heads share one key head. */
function splitQueries(x: Tensor, chunks: number, layer: LayerSpec, sizes: AttentionSizes): readonly Tensor[] {
  const { heads, kvHeads, headDim } = layer;
  const group = heads / kvHeads;
  const part = divide(sizes.length, chunks);
  const grouped = reshape(splitHeads(x, heads, layer, sizes), [sizes.batch, kvHeads, group, sizes.length, headDim]);
  return split(grouped, 3, chunks).map((chunk) =>
    reshape(chunk, [sizes.batch, kvHeads, multiply(group, part), headDim]),
  );
}

function joinQueries(chunks: readonly Tensor[], layer: LayerSpec, sizes: AttentionSizes): Tensor {
  const { heads, kvHeads, headDim } = layer;
  const part = divide(sizes.length, chunks.length);
  const grouped = chunks.map((chunk) => reshape(chunk, [sizes.batch, kvHeads, heads / kvHeads, part, headDim]));
  const whole = reshape(concat(grouped, 3), [sizes.batch, heads, sizes.length, headDim]);
  return joinHeads(whole, heads, layer, sizes);
}

/** x [B, kv, T, D] as its first 1/n, 2/n, … of T. */
function prefixes(x: Tensor, chunks: number): readonly Tensor[] {
  const parts = split(x, 2, chunks);
  return parts.map((_, i) => concat(parts.slice(0, i + 1), 2));
}

/** The gradient of `prefixes`: gradients of each prefix summed into the whole. */
function sumPrefixes(gradients: readonly Tensor[]): Tensor {
  const bySource = gradients.map((gradient, i) => split(gradient, 2, i + 1));
  return concat(
    gradients.map((_, part) =>
      bySource
        .slice(part)
        .map((parts) => pick(parts, part))
        .reduce(add),
    ),
    2,
  );
}

function pick(list: readonly Tensor[], index: number): Tensor {
  const tensor = list[index];
  if (!tensor) throw new Error(`attention has no chunk ${index}`);
  return tensor;
}
