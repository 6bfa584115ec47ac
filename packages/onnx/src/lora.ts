// Low-rank adapters inside a graph: y + scale·(x·Aᵀ)·Bᵀ (Hu et al. 2021), and with a magnitude per output the weight
// decomposition of DoRA (Liu et al. 2024).
import type { LoraModule } from "./adapter.ts";
import type { Tensor } from "./ir.ts";
import { add, div, matmul, mul, reduceSum, reshape, sqrt, sub } from "./ops.ts";
import type { Weights } from "./safetensors.ts";

/** Adapter modules by name, as adapter.ts reads and writes them. */
export type Adapter = ReadonlyMap<string, LoraModule>;

/** What a graph knows of one adapter module: a [r, in], b [out, r] and, for DoRA, magnitude [out]. */
export type LoraTensors = {
  a: Tensor;
  b: Tensor;
  scale: number;
  magnitude?: Tensor;
  drop?: (x: Tensor) => Tensor;
};

/** The layer that is adapted: weight [out, in], or [in, out] where transposed. */
export type AdaptedLinear = { weight: Tensor; transposed: boolean; bias?: Tensor };

const nameOfA = (module: string): string => `${module}.lora_A.weight`;
const nameOfB = (module: string): string => `${module}.lora_B.weight`;
const nameOfMagnitude = (module: string): string => `${module}.lora_magnitude_vector`;

/** An adapter's tensors by name: `<module>.lora_A.weight`, `.lora_B.weight` and `.lora_magnitude_vector`. */
export function adapterWeights(adapter: Adapter): Weights {
  return new Map(
    [...adapter].flatMap(([module, { a, b, magnitude }]) => [
      [nameOfA(module), a],
      [nameOfB(module), b],
      ...(magnitude ? [[nameOfMagnitude(module), magnitude] as const] : []),
    ]),
  );
}

/** The tensors of one module, found by name in a graph or in memory. */
export function findModule<T>(
  module: string,
  { scale, magnitude }: LoraModule,
  find: (name: string) => T,
): { a: T; b: T; scale: number; magnitude?: T } {
  return {
    a: find(nameOfA(module)),
    b: find(nameOfB(module)),
    scale,
    ...(magnitude ? { magnitude: find(nameOfMagnitude(module)) } : {}),
  };
}

/** x [N, in] through the layer: [N, out]. */
export function applyLinear(x: Tensor, { weight, transposed, bias }: AdaptedLinear): Tensor {
  return matmul(x, weight, bias ? { transB: !transposed, addend: bias } : { transB: !transposed });
}

/** x [N, in] through the layer and its adapter: [N, out]. */
export function applyAdapted(x: Tensor, linear: AdaptedLinear, lora: LoraTensors): Tensor {
  if (lora.magnitude) return applyDora(x, linear, { ...lora, magnitude: lora.magnitude });
  const low = matmul(lora.drop?.(x) ?? x, lora.a, { transB: true });
  return matmul(low, lora.b, { transB: true, alpha: lora.scale, addend: applyLinear(x, linear) });
}

/**
 * The adapted weight's outputs are rescaled to their magnitudes. As in PEFT the norms are constants to the gradient, and
 * dropout reaches the base's share of what the adapter changes.
 */
function applyDora(x: Tensor, linear: AdaptedLinear, lora: LoraTensors & { magnitude: Tensor }): Tensor {
  const { a, b, scale, magnitude, drop } = lora;
  const factor = div(magnitude, detach(adaptedNorms(linear, lora)));
  const { weight, transposed, bias } = linear;
  const base = applyLinear(x, { weight, transposed });
  const seen = drop?.(x) ?? x;
  const low = matmul(seen, a, { transB: true });
  const seenBase = drop ? applyLinear(seen, { weight, transposed }) : base;
  const adapted = mul(matmul(low, b, { transB: true, alpha: scale, addend: seenBase }), factor);
  const y = drop ? add(adapted, sub(base, seenBase)) : adapted;
  return bias ? add(y, bias) : y;
}

/** ‖W + scale·B·A‖ of each output, [out]. */
function adaptedNorms({ weight, transposed }: AdaptedLinear, { a, b, scale }: LoraTensors): Tensor {
  const whole = transposed
    ? matmul(a, b, { transA: true, transB: true, alpha: scale, addend: weight })
    : matmul(b, a, { alpha: scale, addend: weight });
  return reshape(sqrt(reduceSum(mul(whole, whole), [transposed ? 0 : 1])), [b.shape[0] ?? 1]);
}

/** x as a constant: no gradient flows through. */
function detach(x: Tensor): Tensor {
  const constant = mul(x, 1);
  constant.customGradient = { inputs: [], backward: () => [] };
  return constant;
}
