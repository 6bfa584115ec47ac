// From single verdicts to a row's: scores averaged, two orders of a pair brought together.
import { z } from "zod";

const score = z.number().nullable();

/** A verdict as the journal keeps it. Of a pair, a and b are the columns, in whichever order they were shown. */
export const verdict = z.union([
  z.object({ feedback: z.string(), scores: z.record(z.string(), z.number()) }),
  z.object({
    winner: z.enum(["a", "b", "tie"]),
    score_a: score,
    score_b: score,
    reason: z.string(),
    first: z.boolean(),
  }),
]);
export type Verdict = z.infer<typeof verdict>;
export type PairVerdict = Extract<Verdict, { winner: string }>;
export type Scored = Extract<Verdict, { feedback: string }>;

export function meanScore({ scores }: Scored): number {
  return mean(Object.values(scores)) ?? 0;
}

export interface Decision {
  readonly winner: "a" | "b" | "tie";
  readonly score_a: number | null;
  readonly score_b: number | null;
  readonly reason: string;
  /** Null where only one order was asked. */
  readonly consistent: boolean | null;
}

/** Judges that disagree with themselves once the answers change places have no preference. */
export function decide(verdicts: readonly PairVerdict[]): Decision {
  const [first, second] = verdicts;
  if (first === undefined) throw new Error("there is no verdict to decide by");
  const consistent = second === undefined ? null : first.winner === second.winner;
  return {
    winner: consistent === false ? "tie" : first.winner,
    score_a: mean(verdicts.map((one) => one.score_a)),
    score_b: mean(verdicts.map((one) => one.score_b)),
    reason: consistent === false ? `${first.reason}\n\nIn the other order: ${second!.reason}` : first.reason,
    consistent,
  };
}

export function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
