import { defineNode } from "@heddle/schema/node";
import { z } from "zod";

const params = z.object({ megabytes: z.int().default(1).describe("How much, in MiB") });
export type Params = z.infer<typeof params>;

export const spec = defineNode({
  title: "Noise",
  summary: "A file of random bytes.",
  category: "Data",
  params,
  inputs: {},
  outputs: { files: { summary: "The file", type: { kind: "files" } } },
  shape: "whole",
  determinism: "frozen",
});
