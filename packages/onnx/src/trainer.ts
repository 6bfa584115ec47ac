// The training loop: data order, accumulation, learning rate, evaluation, checkpoints, abort. What one optimizer step computes is
// the training step's business (training.ts); LoRA and all-weights training run the same loop.
import { packCheckpoint, unpackCheckpoint, type CurvePoint, type Progress } from "./checkpoint.ts";
import { learningRate, type ScheduleName } from "./schedule.ts";
import type { TrainingStep } from "./training.ts";
import { openSampler, targetCount, toBatches, truncated, type TrainingExample } from "./training-data.ts";

export interface TrainerOptions {
  /** Optimizer steps; where absent `epochs` decides. */
  readonly steps?: number | undefined;
  /** Passes over the data, also fractions. */
  readonly epochs: number;
  /** Rows of a micro-batch. */
  readonly batch: number;
  /** Micro-batches of an optimizer step; the loss is the mean over the target tokens of all of them. */
  readonly accumulation: number;
  /** Longer rows keep their start. */
  readonly maxLength: number;
  readonly schedule: ScheduleName;
  /** Peak learning rate. */
  readonly lr: number;
  /** Steps, or a fraction of all steps where below 1 (as transformers 5 reads it). */
  readonly warmup: number;
  readonly seed: number;
  /** Evaluate every so many steps, besides before the first and after the last; 0: only then. */
  readonly evalEvery: number;
  /** Save a checkpoint every so many steps; 0: never. */
  readonly checkpointEvery: number;
  readonly padId?: number | undefined;
}

export interface TrainingMetric extends CurvePoint {
  /** Optimizer steps in all. */
  readonly steps: number;
  readonly epoch: number;
  /** Non-pad tokens, prompt tokens included, per second of this step. */
  readonly tokensPerSecond: number;
}

export interface TrainerHooks {
  readonly signal?: AbortSignal | undefined;
  /** After every step; `step` counts from 0, as the schedule does. */
  readonly onStep?: ((metric: TrainingMetric) => void) | undefined;
  /** Mean loss per target token of the held-out rows after `step` steps. */
  readonly onEval?: ((step: number, loss: number) => void | Promise<void>) | undefined;
  readonly checkpoints?:
    | {
        latest(): Promise<{ read(path: string): Promise<Uint8Array> } | undefined>;
        save(step: number, files: Readonly<Record<string, Uint8Array>>): Promise<void>;
      }
    | undefined;
}

export interface TrainingResult extends Progress {
  /** Optimizer steps this call did itself; fewer than `step` after a resume. */
  readonly ran: number;
  /** Rows left out because no token of them is a target, and rows cut to maxLength. */
  readonly withoutTargets: number;
  readonly cut: number;
}

/** Rows that teach something, cut to length. */
export function prepareExamples(examples: readonly TrainingExample[], maxLength: number) {
  const cutToLength = examples.map((example) => truncated(example, maxLength));
  const usable = cutToLength.filter((example) => targetCount(example) > 0);
  return {
    usable,
    withoutTargets: examples.length - usable.length,
    cut: examples.filter(({ ids }) => ids.length > maxLength).length,
  };
}

/** Optimizer steps of a run over `rows` rows. */
export function stepCount(rows: number, { steps, epochs, batch, accumulation }: TrainerOptions): number {
  return steps ?? Math.max(1, Math.ceil(epochs * Math.ceil(rows / (batch * accumulation))));
}

/** Mean negative log-likelihood per target token, in nats. */
export async function meanLoss(
  step: Pick<TrainingStep, "evaluate">,
  examples: readonly TrainingExample[],
  batch: number,
  { signal, padId }: { signal?: AbortSignal | undefined; padId?: number | undefined } = {},
): Promise<number> {
  let sum = 0;
  let tokens = 0;
  for (const part of toBatches(examples, batch, padId)) {
    signal?.throwIfAborted();
    const result = await step.evaluate(part);
    sum += result.nll;
    tokens += result.tokens;
  }
  return sum / tokens;
}

function refuseNonFinite(step: number, loss: number, gradNorm: number, lr: number): void {
  if (Number.isFinite(loss) && Number.isFinite(gradNorm)) return;
  const what = Number.isFinite(loss) ? `gradient norm is ${gradNorm}` : `loss is ${loss}`;
  throw new Error(
    `training: the ${what} at step ${step} (learning rate ${lr}); lower the learning rate, clip gradients or look for broken rows`,
  );
}

const fresh: Progress = { step: 0, tokens: 0, curve: [], evalCurve: [] };

async function resume(step: TrainingStep, checkpoints: TrainerHooks["checkpoints"]): Promise<Progress> {
  const latest = await checkpoints?.latest();
  if (latest === undefined) return fresh;
  const { state, progress } = await unpackCheckpoint((path) => latest.read(path));
  await step.restore(state);
  return progress;
}

/**
 * Trains until the last step, resuming from the newest checkpoint where there is one: the curve is then that of the
 * uninterrupted run. Throws one line when no row has a target token or when loss or gradients stop being finite.
 */
export async function train(
  step: TrainingStep,
  rows: readonly TrainingExample[],
  heldOut: readonly TrainingExample[],
  options: TrainerOptions,
  hooks: TrainerHooks = {},
): Promise<TrainingResult> {
  const { batch, accumulation, seed, padId } = options;
  const { usable, withoutTargets, cut } = prepareExamples(rows, options.maxLength);
  const evalRows = prepareExamples(heldOut, options.maxLength).usable;
  if (usable.length === 0) {
    throw new Error(`training: none of ${rows.length} rows has a token to learn from; check ids and mask`);
  }
  const steps = stepCount(usable.length, options);
  const warmup = options.warmup < 1 ? Math.ceil(options.warmup * steps) : options.warmup;
  const schedule = { name: options.schedule, lr: options.lr, steps, warmup };
  const sampler = openSampler(usable.length, batch * accumulation, seed);

  const start = await resume(step, hooks.checkpoints);
  const curve = [...start.curve];
  const evalCurve = [...start.evalCurve];
  let tokens = start.tokens;

  async function evaluate(after: number): Promise<void> {
    if (evalRows.length === 0) return;
    const loss = await meanLoss(step, evalRows, batch, { signal: hooks.signal, padId });
    evalCurve.push({ step: after, loss });
    await hooks.onEval?.(after, loss);
  }

  if (start.step === 0) await evaluate(0);
  for (let at = start.step; at < steps; at++) {
    hooks.signal?.throwIfAborted();
    const began = performance.now();
    const examples = Array.from(sampler.rows(at), (row) => usable[row]).filter((example) => example !== undefined);
    const lr = learningRate(schedule, at);
    const { loss, gradNorm } = await step.step(toBatches(examples, batch, padId), lr);
    refuseNonFinite(at, loss, gradNorm, lr);

    const seen = examples.reduce((sum, { ids }) => sum + ids.length, 0);
    tokens += seen;
    curve.push({ step: at, loss, lr, gradNorm });
    const tokensPerSecond = seen / ((performance.now() - began) / 1000);
    hooks.onStep?.({ step: at, steps, loss, lr, gradNorm, tokensPerSecond, epoch: (at + 1) / sampler.stepsPerEpoch });

    const done = at + 1;
    const isDue = (every: number) => every > 0 && done % every === 0;
    if (done === steps || isDue(options.evalEvery)) await evaluate(done);
    if (done < steps && isDue(options.checkpointEvery) && hooks.checkpoints !== undefined) {
      const progress = { step: done, tokens, curve, evalCurve };
      await hooks.checkpoints.save(done, await packCheckpoint(await step.state(), progress));
    }
  }
  return { step: steps, ran: steps - start.step, tokens, curve, evalCurve, withoutTargets, cut };
}
