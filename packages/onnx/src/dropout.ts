// Dropout masks computed in the graph from a few random integers per row and column, so that a step is reproducible from
// its seed and no mask of activation size crosses into the graph.
import type { Batch } from "./batch.ts";
import { multiply } from "./dims.ts";
import { vector, type Feeds } from "./feeds.ts";
import { addInput, type Graph, type Tensor } from "./ir.ts";
import { add, constant, less, mul, reshape, split, where } from "./ops.ts";
import { seededRandom } from "./random.ts";

/**
 * Dropout for the inputs of `modules`, with the graph inputs `dropout.rows` int32 [modules, B·T] and `dropout.columns`
 * int32 [Σ in]. An element is dropped where a mix of its row's and column's integer is below a threshold; the mix is two
 * rounds of x·(2x + 1) mod 2³², the nonlinear part of RC6 (Rivest et al. 1998), whose high bits depend on every bit.
 */
export function addDropout(
  graph: Graph,
  modules: readonly { module: string; in: number }[],
  probability: number,
): Map<string, (x: Tensor) => Tensor> {
  const tokens = multiply("B", "T");
  const rows = split(addInput(graph, "dropout.rows", "int32", [modules.length, tokens]), 0, modules.length);
  const sizes = modules.map((module) => module.in);
  const total = sizes.reduce((a, b) => a + b, 0);
  const columns = split(addInput(graph, "dropout.columns", "int32", [total]), 0, sizes);
  const threshold = integer(graph, Math.round((probability - 0.5) * 2 ** 32));

  return new Map(
    modules.map(({ module }, i): [string, (x: Tensor) => Tensor] => {
      const row = rows[i];
      const column = columns[i];
      if (!row || !column) throw new Error(`dropout of ${module} has no random integers`);
      return [
        module,
        (x) => {
          const seed = add(reshape(row, [tokens, 1]), column);
          return where(less(mix(mix(seed)), threshold), 0, mul(x, 1 / (1 - probability)));
        },
      ];
    }),
  );
}

/** x·(2x + 1). */
function mix(x: Tensor): Tensor {
  return mul(x, add(mul(x, integer(x.graph, 2)), integer(x.graph, 1)));
}

function integer(graph: Graph, value: number): Tensor {
  return constant(graph, Int32Array.of(value), []);
}

/** The random integers, a function of seed, step and micro-batch alone. */
export function createDropoutFeeds(
  modules: readonly { module: string; in: number }[],
  probability: number,
  seed: number,
): (batch: Batch, step: number, micro: number) => Feeds {
  if (probability === 0 || modules.length === 0) return () => ({});
  const columns = modules.reduce((sum, module) => sum + module.in, 0);
  return ({ size, length }, step, micro) => {
    const random = seededRandom(seed, 1 + step * 4096 + micro);
    const draw = (count: number): Int32Array => Int32Array.from({ length: count }, () => random.bits() | 0);
    return {
      "dropout.rows": { data: draw(modules.length * size * length), dims: [modules.length, size * length] },
      "dropout.columns": vector(draw(columns)),
    };
  };
}
