import { expect, test } from "vitest";
import { amount } from "./meter.tsx";
import { tallyOf } from "./verdicts.tsx";

test("wins, ties and agreement after swapping are counted", () => {
  const answers = [
    { by: "base", text: "a" },
    { by: "tuned", text: "b" },
  ];
  const verdict = (winner: string, consistent?: boolean) => ({
    prompt: "p",
    answers,
    winner,
    ...(consistent === undefined ? {} : { consistent }),
  });
  expect(tallyOf([verdict("tuned", true), verdict("tuned"), verdict("tie", false), verdict("base", true)])).toEqual({
    wins: [
      { by: "base", count: 1 },
      { by: "tuned", count: 2 },
      { by: "tie", count: 1 },
    ],
    swapped: 3,
    consistent: 2,
  });
  expect(tallyOf([{ prompt: "p", answers }]).wins, "no winner is known").toEqual([]);
});

test("money keeps the digits that matter", () => {
  expect([amount(0, "USD"), amount(0.00421, "USD"), amount(1.2, "USD"), amount(12480, "tokens")]).toEqual([
    "$0.00",
    "$0.00421",
    "$1.20",
    "12,480 tokens",
  ]);
});
