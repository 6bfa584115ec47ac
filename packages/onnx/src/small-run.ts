// A small model from a seed, trained, scored and continued: the same numbers are expected wherever it runs. Used by the
// browser test on both sides.
import { padRight } from "./batch.ts";
import { createDecoder } from "./decoder.ts";
import { initWeights, readConfig } from "./model.ts";
import { createScorer } from "./scorer.ts";
import type { SessionOptions } from "./session-types.ts";
import { createTrainingStep } from "./training.ts";

export type SmallRun = { lora: number[]; full: number[]; logProbs: number[]; logits: number[] };

const config = {
  model_type: "qwen3",
  vocab_size: 96,
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 8,
  max_position_embeddings: 64,
  initializer_range: 0.2,
  tie_word_embeddings: true,
};

/** Losses and gradient norms of four steps each of LoRA (with dropout) and of all weights, then scores and logits. */
export async function runSmallModel(options: SessionOptions = {}): Promise<SmallRun> {
  const architecture = readConfig(config);
  const model = { architecture, weights: initWeights(architecture, 11) };
  const batch = padRight([
    [1, 5, 9, 33, 71, 12, 3],
    [1, 80, 4, 4, 2],
  ]);
  const curve = async (kind: "lora" | "all"): Promise<number[]> => {
    const lora = { kind: "lora", r: 4, alpha: 8, dropout: 0.2, targets: ["q_proj", "down_proj"], seed: 3 } as const;
    const training = await createTrainingStep(model, {
      trainable: kind === "lora" ? lora : { kind },
      maxGradNorm: 1,
      ...options,
    });
    const numbers: number[] = [];
    for (let step = 0; step < 4; step++) {
      const { loss, gradNorm } = await training.step(batch, 0.01);
      numbers.push(loss, gradNorm);
    }
    await training.release();
    return numbers;
  };
  const lora = await curve("lora");
  const full = await curve("all");
  const scorer = await createScorer(model, options);
  const logProbs = [...(await scorer.logProbs(batch))];
  await scorer.release();
  const decoder = await createDecoder(model, options);
  const { state, logits: first } = await decoder.prefill([[1, 5, 9], [1]]);
  const second = await decoder.step(state, [33, 80]);
  await decoder.release();
  return { lora, full, logProbs, logits: [...first, ...second] };
}
