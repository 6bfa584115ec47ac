// Parameters of the node, and the columns that they name.
import { askingParams } from "@heddle/llm-client/asking";
import { z } from "zod";

const columns = "Columns";
const rubric = "Rubric";
const sampling = "Sampling";

export const params = z.strictObject({
  mode: z
    .enum(["rubric", "pairwise"])
    .default("rubric")
    .describe("rubric: each answer is scored by itself. pairwise: the better of two answers is chosen.")
    .meta({ label: "Mode", widget: "segments" }),
  prompt_column: z
    .string()
    .default("")
    .describe("What was asked. Empty: `messages`, `prompt`, `instruction`, `question` or `text`.")
    .meta({ label: "Prompt", group: columns }),
  answer_column: z
    .string()
    .default("")
    .describe("What is judged. Empty: `generated`, `answer`, `response`, `output` or `completion`.")
    .meta({ label: "Answer", group: columns }),
  other_column: z
    .string()
    .default("")
    .describe("pairwise: the second answer. Empty: the answer's column with `_base`, `_b` or `_2` behind its name.")
    .meta({ label: "Other answer", group: columns }),
  reference_column: z
    .string()
    .default("")
    .describe("An answer that would get the highest score, for the judge to compare with. Empty: none.")
    .meta({ label: "Reference", group: columns }),
  criteria: z
    .array(z.strictObject({ name: z.string().min(1), description: z.string().default("") }))
    .default([])
    .describe(
      "What is looked at. With names, each criterion gets a column with its own score, and `score` is their mean. Empty: one score for the whole answer.",
    )
    .meta({ label: "Criteria", group: rubric, noun: "criterion" }),
  levels: z
    .array(z.string())
    .max(10)
    .default([])
    .describe(
      "What each score means, the lowest first; as many as there are scores. Empty: from very bad to very good.",
    )
    .meta({ label: "Meaning of scores", widget: "text", group: rubric }),
  highest: z
    .int()
    .min(2)
    .max(10)
    .default(5)
    .describe("Scores go from 1 to this.")
    .meta({ label: "Highest score", group: rubric }),
  instructions: z
    .string()
    .default("")
    .describe("Further words to the judge, such as what the answers are for.")
    .meta({ label: "Instructions", widget: "text", group: rubric }),
  swap: z
    .boolean()
    .default(true)
    .describe(
      "pairwise: ask twice, with the answers in either order, since judges like the first place. Where the two disagree it is a tie.",
    )
    .meta({ label: "Ask in both orders" }),
  repairs: z
    .int()
    .min(0)
    .max(10)
    .default(1)
    .describe("How often a verdict that cannot be read is sent back with what is wrong with it.")
    .meta({ label: "Repairs", group: sampling, advanced: true }),
  temperature: z
    .number()
    .min(0)
    .max(5)
    .default(0)
    .describe("0 always takes the likeliest token; higher is more varied.")
    .meta({ label: "Temperature", group: sampling, advanced: true }),
  max_tokens: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(512)
    .describe("Longest verdict, with its reasons.")
    .meta({ label: "Max tokens", unit: "tokens", group: sampling }),
  seed: z
    .int()
    .min(0)
    .max(4_000_000_000)
    .default(0)
    .describe("Sent with each request, one higher each.")
    .meta({ label: "Seed", group: sampling, advanced: true }),
  ...askingParams,
});
export type Params = z.infer<typeof params>;
