import fc from "fast-check";
import type { RowSchema } from "@heddle/schema/type";
import { afterAll, describe, expect, it } from "vitest";
import { startFaultServer } from "../../../test/machine/openai-faults.ts";
import { workbench } from "../../../test/workbench.ts";
import { run } from "./run.node.ts";
import { spec } from "./spec.ts";
import { decide, type PairVerdict } from "./verdict.ts";

const bench = workbench();
afterAll(() => bench[Symbol.dispose]());

const text = { kind: "string" } as const;
const schema: RowSchema = { columns: { prompt: text, answer: text, answer_b: text }, open: false };
const pair = (winner: string) => JSON.stringify({ reason: "So.", score_a: 3, score_b: 2, winner });

describe("judge", () => {
  it("a budget that ends between the two orders of a pair leaves the row out", async () => {
    await using server = await startFaultServer(() => ({ kind: "answer", text: pair("A") }));
    const rows = [1, 2, 3].map((i) => ({ prompt: `p${i}`, answer: "x", answer_b: "y" }));
    const params = { mode: "pairwise" as const, budget_calls: 3, concurrency: 1 };
    const out = await bench.run(spec, run, params, { rows: { schema, rows }, endpoint: server.endpoint() });
    expect(out.rows["rows"]?.rows.map(({ prompt }) => prompt)).toEqual(["p1"]);
    expect(out.reports["report"]?.values).toMatchObject({ judged: 1, stopped: true, calls: 3 });
  });

  it("asked once, the judge's word is taken, and nothing is said of its consistency", async () => {
    await using server = await startFaultServer(() => ({ kind: "answer", text: "It is better put. [[B]]" }));
    const rows = [{ prompt: "p", answer: "x", answer_b: "y" }];
    const params = { mode: "pairwise" as const, swap: false };
    const out = await bench.run(spec, run, params, { rows: { schema, rows }, endpoint: server.endpoint() });
    expect(out.rows["rows"]?.rows).toMatchObject([
      { winner: "b", score_a: null, reason: "It is better put.", consistent: null, error: null },
    ]);
    expect(server.asked[0]!.body["temperature"]).toBe(0);
  });

  it("an empty answer is its row's error, a faulty server is retried", async () => {
    await using server = await startFaultServer(({ number }) =>
      number === 0 ? { kind: "drop" } : { kind: "answer", text: '{"feedback": "Good.", "score": 4}' },
    );
    const rows = [
      { prompt: "p", answer: null, answer_b: null },
      { prompt: "p", answer: "x", answer_b: null },
    ];
    const out = await bench.run(spec, run, {}, { rows: { schema, rows }, endpoint: server.endpoint() });
    expect(out.rows["rows"]?.rows).toMatchObject([
      { score: null, error: "column answer holds neither text nor messages" },
      { score: 4, error: null },
    ]);
    expect(out.reports["report"]?.values).toMatchObject({ judged: 1, failed: 1, retried: 1, mean_score: 4 });
  });
});

const verdicts: fc.Arbitrary<PairVerdict> = fc.record({
  winner: fc.constantFrom("a" as const, "b" as const, "tie" as const),
  score_a: fc.option(fc.integer({ min: 1, max: 5 })),
  score_b: fc.option(fc.integer({ min: 1, max: 5 })),
  reason: fc.string(),
  first: fc.boolean(),
});

it("what wins, wins in both orders; the order of the verdicts does not matter to it", () => {
  fc.assert(
    fc.property(verdicts, verdicts, (one, other) => {
      const decision = decide([one, other]);
      expect(decision.consistent).toBe(one.winner === other.winner);
      expect(decision.winner).toBe(one.winner === other.winner ? one.winner : "tie");
      const { winner, score_a, score_b } = decide([other, one]);
      expect({ winner, score_a, score_b }).toEqual({
        winner: decision.winner,
        score_a: decision.score_a,
        score_b: decision.score_b,
      });
    }),
  );
});
