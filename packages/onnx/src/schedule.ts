// Learning-rate schedules, as transformers' optimization.py computes them: warm-up starts at 0, so the first step changes nothing.

export const scheduleNames = ["cosine", "linear", "constant", "wsd"] as const;
export type ScheduleName = (typeof scheduleNames)[number];

export interface Schedule {
  readonly name: ScheduleName;
  /** Peak learning rate. */
  readonly lr: number;
  /** Optimizer steps in all. */
  readonly steps: number;
  /** Steps of linear warm-up from 0. */
  readonly warmup: number;
  /** wsd: steps of the cosine decay at the end; default a tenth of all steps. */
  readonly decay?: number | undefined;
  /** cosine and wsd: the end as a fraction of the peak; default 0. */
  readonly floor?: number | undefined;
}

const halfCosine = (progress: number) => 0.5 * (1 + Math.cos(Math.PI * progress));

/** The learning rate of optimizer step `step`, counted from 0. */
export function learningRate(schedule: Schedule, step: number): number {
  const { name, lr, steps, warmup, floor = 0 } = schedule;
  if (step < warmup) {
    const risen = step / Math.max(1, warmup);
    return lr * (name === "wsd" ? floor + (1 - floor) * risen : risen);
  }
  const progress = (step - warmup) / Math.max(1, steps - warmup);
  switch (name) {
    case "constant":
      return lr;
    case "linear":
      return lr * Math.max(0, 1 - progress);
    case "cosine":
      return lr * (floor + (1 - floor) * (progress >= 1 ? 0 : halfCosine(progress)));
    case "wsd": {
      const decay = schedule.decay ?? Math.round(steps / 10);
      const decayed = (step - (steps - decay)) / Math.max(1, decay);
      if (decayed < 0) return lr;
      return lr * (floor + (1 - floor) * (decayed >= 1 ? 0 : halfCosine(decayed)));
    }
    default:
      return name satisfies never;
  }
}
