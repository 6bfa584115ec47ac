import { afterAll, describe, expect, it } from "vitest";
import { createContrastiveStep, freshEmbeddings, type ContrastiveStep, type TextPair } from "./contrastive.ts";
import { seededRandom } from "./random.ts";

const [vocabulary, size, temperature] = [24, 6, 0.1];
const open: ContrastiveStep[] = [];
afterAll(() => Promise.all(open.map((step) => step.release())));

async function step(seed = 1): Promise<ContrastiveStep> {
  const made = await createContrastiveStep(freshEmbeddings(vocabulary, size, seed), { temperature });
  open.push(made);
  return made;
}

/** Texts of the same topic share words: topic t writes with the words 4t to 4t + 3. */
function pairs(count: number, seed: number): TextPair[] {
  const random = seededRandom(seed);
  const text = (topic: number) => Array.from({ length: 1 + random.below(4) }, () => 4 * topic + random.below(4));
  return Array.from({ length: count }, (_, i) => ({ left: text(i % 6), right: text(i % 6) }));
}

/** The loss as its definition says, in doubles. */
function lossOf(table: Float32Array, batch: readonly TextPair[]): number {
  const vector = (ids: TextPair["left"]) => {
    const sum = Array.from({ length: size }, (_, d) => [...ids].reduce((all, id) => all + table[id * size + d]!, 0));
    const length = Math.hypot(...sum);
    return sum.map((value) => value / length);
  };
  const left = batch.map((pair) => vector(pair.left));
  const right = batch.map((pair) => vector(pair.right));
  const logit = (i: number, j: number) => left[i]!.reduce((all, x, d) => all + x * right[j]![d]!, 0) / temperature;
  const crossEntropy = (i: number, others: (j: number) => number) =>
    Math.log(batch.reduce((all, _, j) => all + Math.exp(others(j)), 0)) - logit(i, i);
  const both = batch.map((_, i) => crossEntropy(i, (j) => logit(i, j)) + crossEntropy(i, (j) => logit(j, i)));
  return both.reduce((a, b) => a + b, 0) / (2 * batch.length);
}

describe("contrastive training", () => {
  it("has the loss of its definition, and gradients that equal finite differences", async () => {
    const batch = pairs(5, 4);
    const training = await step();
    const { data } = training.embeddings();
    const { loss, gradNorm } = await training.step(batch, 0);
    expect(loss).toBeCloseTo(lossOf(data, batch), 5);
    let squares = 0;
    for (let i = 0; i < data.length; i++) {
      const nudged = (by: number) => lossOf(data.with(i, data[i]! + by), batch);
      squares += ((nudged(1e-3) - nudged(-1e-3)) / 2e-3) ** 2;
    }
    expect(gradNorm).toBeCloseTo(Math.sqrt(squares), 2);
  });

  it("brings words of one topic together", async () => {
    const training = await step();
    const batches = Array.from({ length: 60 }, (_, i) => pairs(6, i + 10));
    const losses: number[] = [];
    for (const batch of batches) losses.push((await training.step(batch, 0.03)).loss);
    expect(losses.slice(-5).reduce((a, b) => a + b) / 5).toBeLessThan(losses[0]! / 5);
  });

  it("goes on from a state as if nothing had happened", async () => {
    const [whole, half, rest] = [await step(), await step(), await step(9)];
    const batches = Array.from({ length: 6 }, (_, i) => pairs(6, i));
    for (const batch of batches) await whole.step(batch, 0.02);
    for (const batch of batches.slice(0, 3)) await half.step(batch, 0.02);
    rest.restore(half.state());
    for (const batch of batches.slice(3)) await rest.step(batch, 0.02);
    expect(rest.embeddings().data).toEqual(whole.embeddings().data);
  });
});
