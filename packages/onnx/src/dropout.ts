// Dropout masks computed in the graph from a few random integers per row and column, so that a step is reproducible from
// its seed and no mask of activation size crosses into the graph.
import { multiply } from "./dims.ts";
import { addInput, type Graph, type Tensor } from "./ir.ts";
import { add, constant, less, mul, reshape, split, where } from "./ops.ts";

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
