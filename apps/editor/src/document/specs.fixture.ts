// A small catalogue for the tests of the document: shapes as real nodes have them, under names that no real node has.
import { defineNode, type Catalogue } from "@heddle/schema/node";
import { rowsType } from "@heddle/schema/type";
import { z } from "zod";

const anyRows = rowsType({}, true);
const text = rowsType({ text: { kind: "string" } }, true);
const none = z.strictObject({});

const source = defineNode({
  title: "Source",
  summary: "Makes rows with a text.",
  category: "Data",
  params: z.strictObject({ path: z.string().default(""), limit: z.int().min(1).optional() }),
  inputs: {},
  outputs: { rows: { summary: "rows", type: rowsType({ text: { kind: "string" } }) } },
  shape: "whole",
  determinism: "pure",
});

const sieve = defineNode({
  title: "Sieve",
  summary: "Lets some rows through.",
  category: "Data",
  keywords: ["keep", "where"],
  params: z.strictObject({ where: z.string().default("true") }),
  inputs: { rows: { summary: "rows", accepts: () => anyRows } },
  outputs: { rows: { summary: "rows", type: anyRows } },
  shape: "map",
  determinism: "pure",
  infer: ({ inputs }) => ({ outputs: inputs["rows"] ? { rows: inputs["rows"] } : {} }),
});

const weights = defineNode({
  title: "Weights",
  summary: "A model.",
  category: "Train",
  params: none,
  inputs: {},
  outputs: { model: { summary: "model", type: { kind: "model" } } },
  shape: "whole",
  determinism: "pure",
});

const learner = defineNode({
  title: "Learner",
  summary: "Learns from texts.",
  category: "Train",
  params: none,
  inputs: {
    rows: { summary: "texts", accepts: () => text },
    model: { summary: "model", accepts: () => ({ kind: "model" }) },
  },
  outputs: { report: { summary: "curve", type: { kind: "report" } } },
  shape: "whole",
  determinism: "seeded",
});

const pile = defineNode({
  title: "Pile",
  summary: "Lays rows together.",
  category: "Data",
  params: none,
  inputs: { rows: { summary: "rows of several", accepts: () => anyRows, many: true } },
  outputs: { rows: { summary: "rows", type: anyRows } },
  shape: "whole",
  determinism: "pure",
});

export const fixtureCatalogue: Catalogue = new Map(Object.entries({ source, sieve, weights, learner, pile }));
