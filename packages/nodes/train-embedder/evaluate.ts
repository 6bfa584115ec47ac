// How well vectors find a passage's neighbour among all held-out ones.
import type { TextPair } from "@heddle/onnx/contrastive";
import { normalise } from "@heddle/onnx/pooling";
import type { Weight } from "@heddle/onnx/safetensors";

export interface Found {
  /** Share of passages whose neighbour is the nearest. */
  readonly accuracy: number;
  /** Mean of 1 / rank of the neighbour. */
  readonly mrr: number;
}

export function findNeighbours({ shape, data }: Weight, pairs: readonly TextPair[]): Found {
  const size = shape[1] ?? 0;
  const vector = (ids: TextPair["left"]) => {
    const sum = new Float32Array(size);
    for (const id of ids) for (let i = 0; i < size; i++) sum[i]! += data[id * size + i]!;
    return normalise(sum);
  };
  const [left, right] = [pairs.map((pair) => vector(pair.left)), pairs.map((pair) => vector(pair.right))];
  let nearest = 0;
  let reciprocal = 0;
  for (const [row, from] of left.entries()) {
    const own = dot(from, right[row]!);
    const rank = 1 + right.filter((to, other) => other !== row && dot(from, to) >= own).length;
    if (rank === 1) nearest++;
    reciprocal += 1 / rank;
  }
  return { accuracy: nearest / pairs.length, mrr: reciprocal / pairs.length };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
