// From which input each row of a mixture comes. Depends on sizes, weights and seed only, never on how rows are cut into batches.
import { seededRandom } from "@heddle/onnx/random";

/** n^(1/T) as in the multilingual mixtures of XLM-R and mT5 (Conneau et al. 2020; Xue et al. 2021, whose α is 1/T). */
export function weightsOf(sizes: readonly number[], temperature: number): number[] {
  return sizes.map((size) => size ** (1 / temperature));
}

export interface Draws {
  readonly sizes: readonly number[];
  /** One of each size; inputs without rows are never drawn from. */
  readonly weights: readonly number[];
  readonly stop: "first" | "all";
  /** 0: until `stop`. */
  readonly count: number;
  readonly seed: number;
}

/** Numbers of inputs, in the order in which their next rows come. */
export function* draws({ sizes, weights, stop, count, seed }: Draws): Generator<number> {
  const random = seededRandom(seed);
  const live = sizes.flatMap((size, i) => (size > 0 && weights[i]! > 0 ? [i] : []));
  const total = live.reduce((sum, i) => sum + weights[i]!, 0);
  const used = sizes.map(() => 0);
  let unfinished = live.length;
  const most = live.length > 0 ? count || Infinity : 0;
  for (let made = 0; made < most; made++) {
    let at = random.uniform() * total;
    const chosen = live.find((i) => (at -= weights[i]!) < 0) ?? live.at(-1)!;
    yield chosen;
    used[chosen]!++;
    if (used[chosen] === sizes[chosen]) unfinished--;
    if (count === 0 && (stop === "first" ? unfinished < live.length : unfinished === 0)) return;
  }
}
