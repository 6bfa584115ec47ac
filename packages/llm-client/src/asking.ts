// Parameters of nodes that ask an endpoint for many rows: how fast, how patiently, and for how much. Spread into a node's own parameters.
import type { ReportBlock } from "@heddle/schema/report";
import { z } from "zod";
import type { Spent } from "./client.ts";

const group = "Endpoint";

export const askingParams = {
  limit: z
    .int()
    .min(0)
    .default(0)
    .describe("Ask only for the first rows, to try it out for little; 0 asks for all.")
    .meta({ label: "Rows at most", unit: "rows", journalled: false }),
  concurrency: z
    .int()
    .min(1)
    .max(1024)
    .default(16)
    .describe("Most requests under way at a time. Fewer are sent while the server says that it is too much.")
    .meta({ label: "Requests at once", group, affectsOutput: false }),
  retries: z
    .int()
    .min(0)
    .max(100)
    .default(5)
    .describe("How often a request that failed is sent again, each time after a longer pause.")
    .meta({ label: "Retries", group, affectsOutput: false }),
  timeout_s: z
    .number()
    .gt(0)
    .max(86_400)
    .default(120)
    .describe("Longest time for one whole answer, from sending the request to its last byte.")
    .meta({ label: "Timeout", unit: "s", group, affectsOutput: false }),
  stream: z
    .boolean()
    .default(false)
    .describe(
      "Ask for answers as streams: a server that goes silent is noticed within a minute, and gateways that cut long requests let them through.",
    )
    .meta({ label: "Stream answers", group, affectsOutput: false, advanced: true }),
  budget_tokens: z
    .int()
    .min(0)
    .default(0)
    .describe("Stop cleanly before more tokens than these are used, of prompts and answers; 0 sets no limit.")
    .meta({ label: "Budget of tokens", unit: "tokens", group: "Budget", journalled: false }),
  budget_usd: z
    .number()
    .min(0)
    .default(0)
    .describe("Stop cleanly before more money than this is spent; needs the two prices. 0 sets no limit.")
    .meta({ label: "Budget of money", unit: "USD", group: "Budget", journalled: false }),
  budget_calls: z
    .int()
    .min(0)
    .default(0)
    .describe("Stop cleanly before more requests than these are sent, retries included; 0 sets no limit.")
    .meta({ label: "Budget of calls", unit: "calls", group: "Budget", journalled: false }),
  price_prompt: z
    .number()
    .min(0)
    .default(0)
    .describe("What a million tokens of prompts costs, for the cost meter and the budget of money.")
    .meta({ label: "Price of prompts", unit: "USD per million tokens", group: "Budget" }),
  price_completion: z
    .number()
    .min(0)
    .default(0)
    .describe("What a million tokens of answers costs.")
    .meta({ label: "Price of answers", unit: "USD per million tokens", group: "Budget" }),
} as const;

/** How a model answers, for nodes that take what it says as text. `longest`: tokens of an answer, where the user does not say. */
export function samplingParams(longest: number) {
  return {
    max_tokens: z
      .int()
      .min(1)
      .max(100_000)
      .default(longest)
      .describe("Longest answer.")
      .meta({ label: "Max tokens", unit: "tokens", group: "Sampling" }),
    temperature: z
      .number()
      .min(0)
      .max(5)
      .default(0)
      .describe("0 always takes the likeliest token; higher is more varied.")
      .meta({ label: "Temperature", group: "Sampling" }),
    seed: z
      .int()
      .min(0)
      .default(0)
      .describe("Seed of the draws, where the server heeds it.")
      .meta({ label: "Seed", group: "Sampling" }),
  } as const;
}

/** For nodes that have texts scored or embedded by an endpoint, if one is wired. `concurrency`: its description. */
export function requestParams(concurrency: string) {
  return {
    concurrency: z
      .int()
      .min(1)
      .max(256)
      .default(4)
      .describe(concurrency)
      .meta({ label: "Requests at once", group, advanced: true, affectsOutput: false }),
    retries: z
      .int()
      .min(0)
      .max(20)
      .default(4)
      .describe("Further tries of a request that failed in a way that may pass.")
      .meta({ label: "Retries", group, advanced: true, affectsOutput: false }),
    timeout_s: z
      .int()
      .min(1)
      .max(3600)
      .default(120)
      .describe("A request to the endpoint fails after this long.")
      .meta({ label: "Timeout", unit: "s", group, advanced: true, affectsOutput: false }),
  } as const;
}

const asking = z.object(askingParams);
export type AskingParams = z.infer<typeof asking>;
/** Of nodes whose rows ask by themselves, and are therefore never cut to the first ones. */
export type RowAskingParams = Omit<AskingParams, "limit">;

/** A budget of money without prices would never be spent. */
export function budgetIssues(params: RowAskingParams) {
  if (params.budget_usd === 0 || hasPrices(params)) return [];
  const message =
    "budget_usd: nothing is known of prices; give price_prompt and price_completion, or a budget of tokens";
  return [{ code: "no-prices", param: "budget_usd", message }];
}

function budgetOf({ budget_tokens, budget_usd, budget_calls }: RowAskingParams) {
  return {
    ...(budget_tokens > 0 && { tokens: budget_tokens }),
    ...(budget_usd > 0 && { usd: budget_usd }),
    ...(budget_calls > 0 && { calls: budget_calls }),
  };
}

function hasPrices({ price_prompt, price_completion }: RowAskingParams): boolean {
  return price_prompt > 0 || price_completion > 0;
}

/** What the parameters ask of a client. */
export function clientOptions(params: RowAskingParams) {
  const { concurrency, retries, timeout_s, stream, price_prompt: prompt, price_completion: completion } = params;
  const prices = hasPrices(params) && { prices: { prompt, completion } };
  return { concurrency, retries, timeout_s, stream, budget: budgetOf(params), ...prices };
}

/** The cost meter: tokens, money and calls beside their limits. */
export function meterBlock(spent: Spent, params: RowAskingParams): Extract<ReportBlock, { kind: "meter" }> {
  const limits = budgetOf(params);
  const money = spent.cost > 0 || hasPrices(params);
  return {
    kind: "meter",
    title: spent.estimated ? "Spent (tokens in part estimated: the server gives no count)" : "Spent",
    items: [
      { label: "Tokens", used: spent.prompt_tokens + spent.completion_tokens, limit: limits.tokens, unit: "tokens" },
      ...(money ? [{ label: "Money", used: spent.cost, limit: limits.usd, unit: "USD" }] : []),
      { label: "Calls", used: spent.calls, limit: limits.calls, unit: "calls" },
    ],
  };
}
