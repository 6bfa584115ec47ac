// Low-rank adapters inside a graph (Hu et al. 2021): y + scale·(x·Aᵀ)·Bᵀ, the scale folded into the last product.
import type { LoraModule } from "./adapter.ts";
import type { Tensor } from "./ir.ts";
import { matmul } from "./ops.ts";

/** Adapter modules by name, as adapter.ts reads and writes them. */
export type Adapter = ReadonlyMap<string, LoraModule>;

/** What a graph knows of one adapter module; a [r, in] and b [out, r] are inputs or parts of inputs. */
export type LoraTensors = { a: Tensor; b: Tensor; scale: number; drop?: (x: Tensor) => Tensor };

/** x [N, in] and y [N, out] to y plus the adapter's part. */
export function addLora(x: Tensor, y: Tensor, { a, b, scale, drop = (z) => z }: LoraTensors): Tensor {
  const low = matmul(drop(x), a, { transB: true });
  return matmul(low, b, { transB: true, alpha: scale, addend: y });
}

export const nameOfA = (module: string): string => `${module}.lora_A.weight`;
export const nameOfB = (module: string): string => `${module}.lora_B.weight`;
