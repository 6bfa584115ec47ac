// Activation functions by the names that config files use.
import type { Tensor } from "../ir.ts";
import { gelu, geluTanh, min, neg, silu } from "../ops.ts";

/** max(x, 0). */
export const relu = (x: Tensor): Tensor => neg(min(neg(x), 0));

const activations: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  silu,
  swish: silu,
  gelu,
  gelu_new: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  relu,
};

/** `field` is the config field that names it. */
export function findActivation(name: string, field: string): (x: Tensor) => Tensor {
  const activation = activations[name];
  if (activation) return activation;
  throw new Error(`config.json: ${field} ${name} is not supported; supported: ${Object.keys(activations).join(", ")}`);
}
