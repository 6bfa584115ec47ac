import fc from "fast-check";
import { expect, test } from "vitest";
import { learningRate, scheduleNames, type Schedule } from "./schedule.ts";

// transformers 5.23.0: get_cosine/linear/cosine_with_min_lr/wsd_schedule stepped 13 times, base learning rate 1.
const golden: [Omit<Schedule, "lr" | "steps">, number[]][] = [
  [
    { name: "cosine", warmup: 3 },
    [
      0, 0.33333333, 0.66666667, 1, 0.96984631, 0.88302222, 0.75, 0.58682409, 0.41317591, 0.25, 0.11697778, 0.03015369,
      0,
    ],
  ],
  [
    { name: "linear", warmup: 3 },
    [
      0, 0.33333333, 0.66666667, 1, 0.88888889, 0.77777778, 0.66666667, 0.55555556, 0.44444444, 0.33333333, 0.22222222,
      0.11111111, 0,
    ],
  ],
  [
    { name: "cosine", warmup: 2, floor: 0.1 },
    [
      0, 0.5, 1, 0.97797543, 0.91405765, 0.81450336, 0.68905765, 0.55, 0.41094235, 0.28549664, 0.18594235, 0.12202457,
      0.1,
    ],
  ],
  [
    { name: "wsd", warmup: 3, decay: 4, floor: 0.1 },
    [0.1, 0.4, 0.7, 1, 1, 1, 1, 1, 1, 0.86819805, 0.55, 0.23180195, 0.1],
  ],
  [{ name: "constant", warmup: 2 }, [0, 0.5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
];

test.each(golden)("%o gives transformers' factors", (schedule, factors) => {
  factors.forEach((factor, step) => {
    expect(learningRate({ ...schedule, lr: 2, steps: 12 }, step)).toBeCloseTo(2 * factor, 7);
  });
});

const anySchedule = fc.record({
  name: fc.constantFrom(...scheduleNames),
  lr: fc.double({ min: 1e-6, max: 1, noNaN: true }),
  steps: fc.integer({ min: 1, max: 500 }),
  warmup: fc.nat(60),
  floor: fc.double({ min: 0, max: 1, noNaN: true }),
});

test("every schedule stays between 0 and its peak, rises in the warm-up and never after it", () => {
  fc.assert(
    fc.property(anySchedule, (schedule) => {
      const rates = Array.from({ length: schedule.steps + 1 }, (_, step) => learningRate(schedule, step));
      rates.forEach((rate, step) => {
        expect(rate).toBeGreaterThanOrEqual(0);
        expect(rate).toBeLessThanOrEqual(schedule.lr * (1 + 1e-12));
        const before = rates[step - 1];
        if (before === undefined) return;
        if (step < schedule.warmup) expect(rate).toBeGreaterThanOrEqual(before);
        else if (step > schedule.warmup) expect(rate).toBeLessThanOrEqual(before * (1 + 1e-12));
      });
    }),
  );
});
