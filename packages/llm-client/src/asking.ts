// Parameters of nodes that ask an endpoint for many rows: how fast, how patiently, and for how much. Spread into a node's own parameters.
import { z } from "zod";

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

const asking = z.object(askingParams);
export type AskingParams = z.infer<typeof asking>;

/** A budget of money without prices would never be spent. */
export function budgetIssues({ budget_usd, price_prompt, price_completion }: AskingParams) {
  if (budget_usd === 0 || price_prompt > 0 || price_completion > 0) return [];
  const message =
    "budget_usd: nothing is known of prices; give price_prompt and price_completion, or a budget of tokens";
  return [{ code: "no-prices", param: "budget_usd", message }];
}
