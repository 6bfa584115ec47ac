// tiny-world: documents about one small village, made by program, from which a very small model can learn to speak.

import { defineNode } from "@heddle/schema/node";
import { messagesType, rowsType } from "@heddle/schema/type";
import { z } from "zod";

const weight = (value: number, label: string, what: string) =>
  z
    .number()
    .min(0)
    .default(value)
    .describe(`Share of ${what}, as a weight beside the others; 0: none.`)
    .meta({ label, group: "Mix" });

export const spec = defineNode({
  title: "Tiny world",
  summary:
    "Stories, conversations and questions about one small village, made by a seeded grammar over a table of facts.",
  category: "Data",
  keywords: ["synthetic", "corpus", "stories", "TinyStories", "pretraining", "sample data"],
  params: z.object({
    documents: z
      .int()
      .min(1)
      .max(5_000_000)
      .default(2000)
      .describe("How many documents to make.")
      .meta({ label: "Documents", unit: "documents" }),
    seed: z
      .int()
      .min(0)
      .max(4_294_967_295)
      .default(1)
      .describe("The same seed gives the same documents.")
      .meta({ label: "Seed" }),
    story: weight(18, "Stories", "plain stories"),
    tell: weight(18, "Told stories", "conversations in which a story is asked for"),
    continue: weight(6, "Continued stories", "stories that the user begins and the assistant ends"),
    read: weight(20, "Reading", "questions about a passage that the user gives"),
    fact: weight(16, "Facts", "questions about the people of the village"),
    task: weight(20, "Tasks", "counting, naming, comparing"),
    rewrite: weight(10, "Rewriting", "sentences to be changed"),
    talk: weight(4, "Small talk", "greetings, comfort and advice"),
    mixed: weight(10, "Mixed", "longer conversations that go from topic to topic"),
  }),
  inputs: {},
  outputs: {
    rows: {
      summary:
        "`text` is what a model is trained on (conversations with their role marks); `messages` is empty for plain stories.",
      type: rowsType({ kind: { kind: "string" }, text: { kind: "string" }, messages: messagesType }),
    },
  },
  shape: "whole",
  determinism: "seeded",
});
