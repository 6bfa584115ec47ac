import type { Explanation } from "@heddle/schema/api";
import type { Event } from "@heddle/schema/event";
import { describe, expect, test } from "vitest";
import { metricCharts, metricLabel } from "../looks/metrics.ts";
import { thinned, ticks } from "../looks/curve.tsx";
import { duration } from "../theme/words.ts";
import { forecast } from "./outlook.ts";
import { nowhere } from "./reach.ts";
import { fold, isLive, type RunFollowed } from "./run-store.ts";
import { statusOf, statusWords, type StatusSource } from "./status.ts";

let seq = 0;
const time = "2026-11-21T12:00:00.000Z";
type Bare = Event extends infer E ? (E extends Event ? Omit<E, "seq" | "time"> : never) : never;
const log = (...events: Bare[]): Event[] => events.map((event) => ({ ...event, seq: ++seq, time }) as Event);
const empty: RunFollowed = { run: "r", state: "queued", nodes: {}, signatures: {} };

describe("folding events", () => {
  test("a step goes from queued to done with its curve, log and outputs", () => {
    const state = fold(
      empty,
      log(
        { kind: "run", state: "running" },
        { kind: "queued", node: "a" },
        { kind: "started", node: "a", attempt: "1" },
        { kind: "metric", node: "a", step: 1, values: { loss: 3, lr: 0.1 } },
        { kind: "metric", node: "a", step: 2, values: { loss: 2 } },
        { kind: "log", node: "a", line: "half way" },
        { kind: "progress", node: "a", done: 2, total: 4, unit: "steps", etaMs: 900 },
        { kind: "done", node: "a", ms: 120, outputs: {} },
      ),
    );
    expect(state.state).toBe("running");
    expect(state.nodes["a"]).toMatchObject({
      state: "done",
      ms: 120,
      log: ["half way"],
      metrics: {
        loss: [
          [1, 3],
          [2, 2],
        ],
        lr: [[1, 0.1]],
      },
    });
  });

  test("a second attempt starts its curves again", () => {
    const once = fold(
      empty,
      log({ kind: "started", node: "a", attempt: "1" }, { kind: "metric", node: "a", step: 1, values: { loss: 3 } }),
    );
    const twice = fold(
      once,
      log({ kind: "started", node: "a", attempt: "2" }, { kind: "metric", node: "a", step: 5, values: { loss: 2 } }),
    );
    expect(twice.nodes["a"]?.metrics).toEqual({ loss: [[5, 2]] });
  });

  test("an event changes the object of its node and of no other", () => {
    const before = fold(empty, log({ kind: "queued", node: "a" }, { kind: "queued", node: "b" }));
    const after = fold(before, log({ kind: "started", node: "b", attempt: "1" }));
    expect(after.nodes["a"]).toBe(before.nodes["a"]);
    expect(after.nodes["b"]).not.toBe(before.nodes["b"]);
  });

  test("in one batch or one by one comes to the same", () => {
    const events = log(
      { kind: "started", node: "a", attempt: "1" },
      { kind: "metric", node: "a", step: 1, values: { loss: 3 } },
      { kind: "metric", node: "a", step: 2, values: { loss: 2 } },
      { kind: "failed", node: "a", ms: 4, error: "no room left" },
      { kind: "skipped", node: "b", because: "a" },
      { kind: "run", state: "failed" },
    );
    expect(events.reduce((state, event) => fold(state, [event]), empty)).toEqual(fold(empty, events));
    expect(isLive(fold(empty, events).state)).toBe(false);
  });
});

describe("the state a node shows", () => {
  const source: StatusSource = { issues: [], explanation: undefined, run: undefined, live: false, current: false };
  const done = { state: "done", metrics: {}, log: [], outputs: {}, ms: 3100 } as const;
  const issue = { code: "bad-param", severity: "error", message: "r: too small" } as const;
  const cached: Explanation = { node: "a", state: "cached", sentence: "", changes: [] };

  test("nothing known, issue, ready, cached", () => {
    expect(statusOf(source).kind).toBe("unknown");
    expect(statusOf({ ...source, issues: [issue], explanation: cached }).kind).toBe("issue");
    expect(statusOf({ ...source, issues: [{ ...issue, severity: "warning" }], explanation: cached }).kind).toBe(
      "cached",
    );
    expect(statusOf({ ...source, explanation: { ...cached, state: "waits" } }).kind).toBe("ready");
  });

  test("a result counts while the node is what ran, and no longer", () => {
    expect(statusOf({ ...source, run: done, current: true, explanation: cached })).toEqual({ kind: "done", ms: 3100 });
    expect(statusOf({ ...source, run: done, current: false, explanation: { ...cached, state: "run" } }).kind).toBe(
      "ready",
    );
    expect(statusOf({ ...source, run: { ...done, state: "failed", error: "full" }, current: true })).toEqual({
      kind: "failed",
      error: "full",
    });
  });

  test("a preview shows where there is no result, and says of how many rows", () => {
    const preview = { signature: 1, state: "ready", outputs: {}, metrics: {}, log: [], of: 200 } as const;
    const ready: Explanation = { ...cached, state: "run" };
    const status = statusOf({ ...source, explanation: ready, preview });
    expect(statusWords(status, duration)).toBe("preview · 200 rows");
    expect(statusWords(statusOf({ ...source, preview: { ...preview, of: 1 } }), duration)).toBe("preview · 1 row");
    expect(statusOf({ ...source, explanation: cached, preview }).kind).toBe("cached");
    expect(statusOf({ ...source, run: done, current: true, preview }).kind).toBe("done");
    expect(statusOf({ ...source, issues: [issue], preview }).kind).toBe("issue");
    expect(statusOf({ ...source, explanation: ready, preview: { ...preview, state: "failed" } }).kind).toBe("ready");
    const training = { ...preview, state: "running", progress: { done: 3, total: 20, unit: "steps" } } as const;
    expect(statusWords(statusOf({ ...source, preview: training }), duration)).toBe("preview · step 3 of 20");
  });

  test("while the run is live its state shows, edited or not", () => {
    const running = { ...done, state: "running", progress: { done: 184, total: 300, unit: "steps" } } as const;
    const status = statusOf({ ...source, run: running, live: true });
    expect(statusWords(status, duration)).toBe("step 184 of 300");
  });
});

const step = (node: string, state: Explanation["state"], ms?: number): Explanation => ({
  node,
  state,
  sentence: "",
  changes: [],
  ...(ms === undefined ? {} : { ms }),
});
const outlook = (steps: readonly Explanation[]) => ({
  steps: Object.fromEntries(steps.map((one) => [one.node, one])),
  facts: {},
  issues: [],
  signatures: {},
  reach: nowhere,
  failure: undefined,
});

test("what Run will do: steps cached and to run, and the time where every one is known", () => {
  expect(forecast(outlook([step("a", "cached", 9), step("b", "run", 500), step("c", "waits", 700)]))).toEqual({
    cached: 1,
    toRun: 2,
    ms: 1200,
  });
  expect(forecast(outlook([step("a", "run", 500), step("b", "waits")])).ms).toBeUndefined();
});

describe("charts", () => {
  test("evaluation is drawn with what it evaluates; the loss comes first", () => {
    const charts = metricCharts({ lr: [[1, 0.1]], evalLoss: [[2, 2]], loss: [[1, 3]], gradNorm: [[1, 1]] });
    expect(charts.map((chart) => chart.label)).toEqual(["Loss", "Learning rate", "Gradient norm"]);
    expect(charts[0]?.series.map((one) => one.name)).toEqual(["train", "eval"]);
    expect(metricLabel("maxQueueDepth")).toBe("Max queue depth");
  });

  test("thinning keeps the ends' extremes and the order", () => {
    const points = Array.from({ length: 5000 }, (_, step) => [step, step === 2500 ? 99 : Math.sin(step)] as const);
    const few = thinned(points, 100);
    expect(few.length).toBeLessThanOrEqual(200);
    expect(Math.max(...few.map(([, value]) => value))).toBe(99);
    expect(few.every((point, index) => index === 0 || point[0] >= (few[index - 1]?.[0] ?? 0))).toBe(true);
  });

  test("axis numbers are round and inside", () => {
    expect(ticks(0, 300)).toEqual([0, 100, 200, 300]);
    expect(ticks(1.4, 4.1)).toEqual([2, 3, 4]);
    expect(ticks(5, 5)).toEqual([5]);
  });
});
