// Parameters of the node.
import { askingParams } from "@heddle/llm-client/asking";
import { z } from "zod";

/** Types that an answer's fields may have, as the field writes them. */
export const fieldTypes = ["string", "int", "float", "bool", "list of strings", "json"] as const;

const sampling = "Sampling";
const data = "Fields";
const presets = "Preset";

export const operations = ["constraints", "deepening", "concretizing", "reasoning", "breadth"] as const;
export type Operation = (typeof operations)[number];

export const params = z.strictObject({
  preset: z
    .enum(["plain", "self-instruct", "evol-instruct", "personas"])
    .default("plain")
    .describe(
      "plain: the prompt as it stands. self-instruct: new instructions after the manner of some of the rows'. evol-instruct: each row's instruction made harder or turned into another. personas: each prompt put by or to another person.",
    )
    .meta({ label: "Preset" }),
  prompt: z
    .string()
    .default("")
    .describe(
      "What the model is asked, as a Jinja template over the rows' columns, such as `Write a question about {{ topic }}.` Empty: the column `messages`, `prompt`, `instruction` or `text`.",
    )
    .meta({ label: "Prompt", widget: "text" }),
  system: z
    .string()
    .default("")
    .describe("What the model is told before all else; a template too.")
    .meta({ label: "System message", widget: "text" }),
  n: z
    .int()
    .min(1)
    .max(100_000)
    .default(1)
    .describe("Answers for each row, or in all where no rows are wired.")
    .meta({ label: "Answers a row" }),
  into: z
    .string()
    .min(1)
    .default("generated")
    .describe("Name of the new column, where no fields are named.")
    .meta({ label: "Column" }),
  fields: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        type: z.enum(fieldTypes).default("string"),
        description: z.string().default(""),
        choices: z.array(z.string()).default([]),
      }),
    )
    .default([])
    .describe(
      "Ask for data instead of text: each field becomes a typed column. The description tells the model what is wanted; choices are the only texts allowed.",
    )
    .meta({ label: "Fields", group: data }),
  json_schema: z
    .string()
    .default("")
    .describe("A JSON Schema of an object, in place of fields; its properties become typed columns.")
    .meta({ label: "JSON Schema", widget: "code", group: data, advanced: true }),
  repairs: z
    .int()
    .min(0)
    .max(10)
    .default(1)
    .describe("How often an answer that does not have the fields is sent back with what is wrong with it.")
    .meta({ label: "Repairs", group: data, advanced: true }),
  column: z
    .string()
    .default("")
    .describe(
      "Column with the instructions that self-instruct and evol-instruct begin with. Empty: `instruction`, `prompt` or `text`.",
    )
    .meta({ label: "Instructions", group: presets }),
  shown: z
    .int()
    .min(1)
    .max(50)
    .default(6)
    .describe("self-instruct: how many of the rows' instructions each request shows as examples.")
    .meta({ label: "Instructions shown", group: presets }),
  operations: z
    .array(z.enum(operations))
    .min(1)
    .default([...operations])
    .describe(
      "evol-instruct: what may be done to an instruction. In depth: constraints, deepening, concretizing, reasoning. breadth: a new, rarer one of the same field.",
    )
    .meta({ label: "Evolutions", group: presets }),
  rounds: z
    .int()
    .min(1)
    .max(10)
    .default(1)
    .describe("evol-instruct: how often an instruction is evolved, each time from the one before.")
    .meta({ label: "Rounds", group: presets }),
  personas: z
    .array(z.string().min(1))
    .default([])
    .describe("personas: who asks, one line each, drawn by the seed. Empty: the column `persona`.")
    .meta({ label: "Personas", widget: "text", group: presets }),
  temperature: z
    .number()
    .min(0)
    .max(5)
    .default(0.8)
    .describe("0 always takes the likeliest token; higher is more varied.")
    .meta({ label: "Temperature", group: sampling }),
  temperature_column: z
    .string()
    .default("")
    .describe("A column of numbers that gives each row its own temperature.")
    .meta({ label: "Temperature column", group: sampling, advanced: true }),
  top_p: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("Draws from the fewest tokens whose probabilities reach this sum; 1 draws from all.")
    .meta({ label: "Top-p", group: sampling, advanced: true }),
  max_tokens: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(512)
    .describe("Longest answer.")
    .meta({ label: "Max tokens", unit: "tokens", group: sampling }),
  stop: z
    .array(z.string().min(1))
    .max(16)
    .default([])
    .describe("Texts that end an answer and are left out of it.")
    .meta({ label: "Stop texts", group: sampling, advanced: true }),
  seed: z
    .int()
    .min(0)
    .max(4_000_000_000)
    .default(0)
    .describe("Draws examples, evolutions and personas, and is sent with each request, one higher each.")
    .meta({ label: "Seed", group: sampling }),
  seed_column: z
    .string()
    .default("")
    .describe("A column of whole numbers that gives each row its own seed.")
    .meta({ label: "Seed column", group: sampling, advanced: true }),
  drop_repeated: z
    .boolean()
    .default(false)
    .describe("Leave out answers that say the same as an earlier one but for case, spaces and punctuation.")
    .meta({ label: "Drop repeated answers", advanced: true, journalled: false }),
  ...askingParams,
});
export type Params = z.infer<typeof params>;
