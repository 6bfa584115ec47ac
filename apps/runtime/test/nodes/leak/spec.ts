import { defineNode } from "@heddle/schema/node";
import { z } from "zod";

const params = z.object({
  key: z.string().default("").describe("A secret's name").meta({ widget: "secret" }),
  asks: z.string().default("").describe("The secret that it asks for instead"),
  host: z.string().default("api.example.com").describe("Where it would send it"),
  fails: z.boolean().default(false).describe("Throw it, too"),
});
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Leak",
  summary: "Tells the secret that it was given wherever it can.",
  category: "Data",
  params,
  inputs: {},
  outputs: { report: { summary: "How long the secret is", type: { kind: "report" } } },
  hosts: ({ host }) => [host],
  shape: "whole",
  determinism: "volatile",
});
