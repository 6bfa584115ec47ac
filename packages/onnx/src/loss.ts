// Cross-entropy of a linear head. Its gradient touches the [M, V] probabilities once: the one-hot of the labels is
// never built, the label's column of the head is gathered instead.
import type { Tensor } from "./ir.ts";
import {
  gather,
  log,
  matmul,
  mul,
  neg,
  reduceMax,
  reduceSum,
  reshape,
  scatterAddRows,
  softmax,
  sub,
  total,
} from "./ops.ts";

/** hidden [M, C], head [V, C], labels int32 [M] to log softmax(hidden·headᵀ) at the labels [M], and its parts. */
export function labelLogProbs(
  hidden: Tensor,
  head: Tensor,
  labels: Tensor,
): { logProbs: Tensor; probabilities: Tensor; labelHead: Tensor } {
  const logits = matmul(hidden, head, { transB: true });
  const probabilities = softmax(logits);
  const labelHead = gather(head, labels);
  const labelLogit = reduceSum(mul(hidden, labelHead), [-1]);
  // log Σ exp(logits), from the largest probability: a label's own probability may underflow to 0, the largest cannot.
  const normaliser = sub(reduceMax(logits, [-1]), log(reduceMax(probabilities, [-1])));
  return { logProbs: reshape(sub(labelLogit, normaliser), labels.shape), probabilities, labelHead };
}

/** -Σ weights·logProbs, a scalar, with weights [M]; the rest as above. */
export function crossEntropy(hidden: Tensor, head: Tensor, labels: Tensor, weights: Tensor): Tensor {
  const { logProbs, probabilities, labelHead } = labelLogProbs(hidden, head, labels);
  const loss = neg(total(mul(weights, logProbs)));
  loss.customGradient = {
    inputs: [hidden, head],
    backward: (dy, [needHidden, needHead]) => {
      const scale = reshape(mul(weights, dy), [labels.shape[0] ?? 1, 1]);
      const dHidden = needHidden ? mul(sub(matmul(probabilities, head), labelHead), scale) : undefined;
      const scaled = mul(hidden, scale);
      const product = () => matmul(probabilities, scaled, { transA: true });
      return [dHidden, needHead ? scatterAddRows(product(), labels, neg(scaled)) : undefined];
    },
  };
  return loss;
}
