// Trainable tensors packed into a few flat vectors, so that clipping, accumulation and the optimizer are a handful of
// operations for hundreds of small tensors, while a large tensor is a vector of its own and is never copied.
import { type Graph, type Tensor, addInput } from "./ir.ts";
import { concat, reshape, split } from "./ops.ts";

export type Trainable = { name: string; shape: readonly number[]; decays: boolean };

/** A flat vector of tensors that share weight decay, or its absence. */
export type Bucket = {
  name: string;
  decays: boolean;
  size: number;
  tensors: readonly { name: string; shape: readonly number[]; offset: number; size: number }[];
};

/** Elements up to which tensors share a bucket: 4 MB. */
const CAPACITY = 1 << 20;

export function packBuckets(trainables: readonly Trainable[]): Bucket[] {
  const open = new Map<boolean, { size: number; tensors: Bucket["tensors"][number][] }>();
  const buckets: Bucket[] = [];
  const close = (decays: boolean): void => {
    const group = open.get(decays);
    if (group) buckets.push({ name: `bucket.${buckets.length}`, decays, ...group });
    open.delete(decays);
  };
  for (const { name, shape, decays } of trainables) {
    const size = shape.reduce((a, b) => a * b, 1);
    if ((open.get(decays)?.size ?? 0) + size > CAPACITY) close(decays);
    const group = open.get(decays) ?? { size: 0, tensors: [] };
    group.tensors.push({ name, shape, offset: group.size, size });
    group.size += size;
    open.set(decays, group);
  }
  close(true);
  close(false);
  return buckets;
}

/** A graph input for each bucket and its tensors as parts of it, by name. */
export function addBucketInputs(
  graph: Graph,
  buckets: readonly Bucket[],
): { flat: Tensor[]; parts: Map<string, Tensor> } {
  const parts = new Map<string, Tensor>();
  const flat = buckets.map(({ name, size, tensors }) => {
    const whole = addInput(graph, `${name}.weight`, "float32", [size]);
    const pieces = split(
      whole,
      0,
      tensors.map((tensor) => tensor.size),
    );
    for (const [i, tensor] of tensors.entries()) {
      const piece = pieces[i];
      if (piece) parts.set(tensor.name, reshape(piece, tensor.shape));
    }
    return whole;
  });
  return { flat, parts };
}

/** Gradients of a bucket's tensors as one vector. */
export function joinGradients({ tensors }: Bucket, gradientOf: (name: string) => Tensor): Tensor {
  return concat(
    tensors.map(({ name, size }) => reshape(gradientOf(name), [size])),
    0,
  );
}

/** The part of a bucket's data that holds one tensor, without a copy. */
export function viewsOf(
  { tensors }: Bucket,
  data: Float32Array,
): Map<string, { shape: readonly number[]; data: Float32Array }> {
  return new Map(
    tensors.map(({ name, shape, offset, size }) => [name, { shape, data: data.subarray(offset, offset + size) }]),
  );
}
