// What was spent and what may be: every call is counted at its most before it is sent and at its real cost when its answer is there, so that
// calls under way can never break a budget together.
import { BudgetSpent } from "./error.ts";
import type { Budget, Spent, Usage } from "./client.ts";

export interface Reservation {
  /** Tokens of the prompt before and after the correction that real counts taught. */
  readonly estimate: number;
  readonly prompt: number;
  readonly completion: number;
}

export interface Ledger {
  /** Waits while calls under way may still leave room; throws BudgetSpent where none can come. `completion`: the longest answer, if it is known. */
  reserve(prompt: number, completion: number | undefined): Promise<Reservation>;
  /** What the call really took; undefined where it was refused and cost nothing. */
  settle(reservation: Reservation, usage: Usage | undefined): void;
  retried(): void;
  spent(): Spent;
}

export interface Prices {
  readonly prompt: number;
  readonly completion: number;
}

/** The longest answer to expect of a server that was given no limit and has not answered yet. */
const unknownAnswer = 1024;

/** In USD; 0 where no price is known. */
export function costOf(prices: Prices | undefined, promptTokens: number, completionTokens: number): number {
  return prices ? (prices.prompt * promptTokens + prices.completion * completionTokens) / 1e6 : 0;
}

export function openLedger(budget: Budget, prices: Prices | undefined): Ledger {
  if (budget.usd !== undefined && prices === undefined)
    throw new Error("a budget in USD needs prices: give the endpoint's prices per million tokens");
  const before = budget.spent ?? { prompt_tokens: 0, completion_tokens: 0, cost: 0, estimated: false, calls: 0 };
  const total = { ...before, retried: 0 };
  const reserved = { calls: 0, prompt: 0, completion: 0 };
  /** Real prompt tokens over estimated ones, where estimates came out too low. */
  let correction = 1;
  let longestAnswer = 0;
  const waiting: (() => void)[] = [];

  /** The unit that has no room for one more call, and whether it had room if nothing were under way. */
  function shortOf(want: Reservation): { unit: BudgetSpent["unit"]; forGood: boolean } | undefined {
    const held = costOf(prices, reserved.prompt, reserved.completion);
    const used = { tokens: total.prompt_tokens + total.completion_tokens, USD: total.cost, calls: total.calls };
    const underWay = { tokens: reserved.prompt + reserved.completion, USD: held, calls: reserved.calls };
    const wanted = {
      tokens: want.prompt + want.completion,
      USD: costOf(prices, want.prompt, want.completion),
      calls: 1,
    };
    const limits = { tokens: budget.tokens, USD: budget.usd, calls: budget.calls };
    for (const unit of ["calls", "tokens", "USD"] as const) {
      const limit = limits[unit];
      if (limit === undefined || used[unit] + underWay[unit] + wanted[unit] <= limit) continue;
      return { unit, forGood: used[unit] + wanted[unit] > limit || underWay[unit] === 0 };
    }
    return undefined;
  }

  return {
    async reserve(prompt, completion) {
      for (;;) {
        const want = {
          estimate: prompt,
          prompt: Math.ceil(prompt * correction),
          completion: completion ?? (longestAnswer || unknownAnswer),
        };
        const short = shortOf(want);
        if (short === undefined) {
          reserved.calls++;
          reserved.prompt += want.prompt;
          reserved.completion += want.completion;
          return want;
        }
        if (short.forGood) throw new BudgetSpent(sentence(short.unit, budget), short.unit);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    settle(reservation, usage) {
      reserved.calls--;
      reserved.prompt -= reservation.prompt;
      reserved.completion -= reservation.completion;
      total.calls++;
      if (usage) {
        total.prompt_tokens += usage.prompt_tokens;
        total.completion_tokens += usage.completion_tokens;
        total.cost += usage.cost;
        if (usage.estimated) total.estimated = true;
        correction = Math.max(correction, usage.prompt_tokens / Math.max(1, reservation.estimate));
        longestAnswer = Math.max(longestAnswer, usage.completion_tokens);
      }
      for (const wake of waiting.splice(0)) wake();
    },
    retried: () => void total.retried++,
    spent: () => ({ ...total }),
  };
}

function sentence(unit: BudgetSpent["unit"], { tokens, usd, calls }: Budget): string {
  const limit = { tokens, USD: usd, calls }[unit];
  return `the budget of ${limit} ${unit} allows no further call; raise it to go on`;
}
