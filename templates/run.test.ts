// Templates run headless, as they stand, through the real command line: a fresh home, no network, exit status 0, and one telling figure each.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { report as reportSchema } from "@heddle/schema/report";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { heddle, temporaryHome } from "../test/machine/server.ts";
import { facts, questions } from "./data/facts.ts";
import { pages } from "./data/pages.ts";

const here = import.meta.dirname;
const ending = ".heddle.json";
const names = readdirSync(here).flatMap((name) => (name.endsWith(ending) ? [name.slice(0, -ending.length)] : []));

/** Not run here. */
const elsewhere: Readonly<Record<string, string>> = {
  "make-the-built-in-model": "trains for hours; templates.test.ts checks its first steps",
  "fine-tune-and-serve": "test/acceptance/headless.test.ts runs it",
};

const home = temporaryHome();
afterAll(() => rmSync(home, { recursive: true, force: true }));

const summarySchema = z.looseObject({
  run: z.string(),
  state: z.string(),
  steps: z.array(
    z.looseObject({
      node: z.string(),
      error: z.unknown().optional(),
      outputs: z.record(z.string(), z.looseObject({ type: z.string(), rows: z.number().optional() })),
    }),
  ),
});

interface Ran {
  /** Rows of `node.port`. */
  rows(output: string): number;
  /** The printed type of `node.port`. */
  type(output: string): string;
  /** The figures of a report. */
  values(output: string): Promise<Readonly<Record<string, number>>>;
}

async function runTemplate(name: string, settings: readonly string[]): Promise<Ran> {
  const set = settings.flatMap((setting) => ["--set", setting]);
  const { status, stdout, stderr } = await heddle(home, ["run", join(here, `${name}${ending}`), ...set, "--json"]);
  const summary = summarySchema.parse(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "{}"));
  const errors = summary.steps.flatMap(({ node, error }) => (error === undefined ? [] : [`${node}: ${String(error)}`]));
  expect({ status, errors, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, errors: [], stderr: "" });
  const output = (where: string) => {
    const [node, port = ""] = where.split(".");
    const found = summary.steps.find((step) => step.node === node)?.outputs[port];
    if (found === undefined) throw new Error(`${name}: there is no output ${where}`);
    return found;
  };
  return {
    rows: (where) => output(where).rows ?? -1,
    type: (where) => output(where).type,
    async values(where) {
      const to = mkdtempSync(join(tmpdir(), "heddle-template-"));
      const got = await heddle(home, ["get", summary.run, where, "--to", to]);
      expect(got.status, got.stderr).toBe(0);
      const { values } = reportSchema.parse(JSON.parse(readFileSync(got.stdout.trim(), "utf8")));
      rmSync(to, { recursive: true });
      return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Number(value)]));
    },
  };
}

interface Expected {
  /** Smaller than what a user gets, where that is long. */
  readonly settings?: readonly string[];
  check(ran: Ran): void | Promise<void>;
}

const expected: Readonly<Record<string, Expected>> = {
  "compare-quantizations": {
    settings: ["world.documents=12"],
    async check({ values }) {
      const table = await values("table.report");
      expect(table["Q4_0.bytes"]).toBeLessThan((table["Q8_0.bytes"] ?? 0) * 0.7);
    },
  },
  "rag-over-a-folder": {
    check({ rows }) {
      expect(rows("chunks.rows")).toBe(16);
      expect(rows("answer.rows")).toBe(4);
    },
  },
  "rag-evaluated": {
    async check({ values }) {
      const table = await values("table.report");
      // Eight questions use other words than the text, which only vectors bridge.
      expect(table["vectors.ndcg"]).toBeGreaterThan(table["words (BM25).ndcg"] ?? 1);
      expect(table["vectors.ndcg"]).toBeGreaterThan(0.8);
      expect((await values("scored.report"))["f1"]).toBeGreaterThan(0.5);
    },
  },
  "synthetic-instructions": {
    async check({ rows, values }) {
      expect(rows("judge.rows")).toBe(facts().length);
      expect(rows("true.rows")).toBeGreaterThan(facts().length * 0.7);
      expect(rows("true.rejected")).toBeGreaterThan(0);
      const judged = await values("judged.report");
      expect(judged["loss_per_token"]).toBeLessThan((judged["base_loss_per_token"] ?? 0) / 3);
    },
  },
  "curate-web-pages": {
    check({ rows }) {
      expect(rows("pages.rows")).toBe(pages().length);
      expect(rows("english.rejected")).toBe(6);
      expect(rows("good.rejected")).toBe(43);
      expect(rows("once.duplicates")).toBe(12);
      expect(rows("private.rows")).toBe(24);
    },
  },
  "preference-data": {
    check({ rows, type }) {
      expect(rows("pairs.pairs")).toBeGreaterThanOrEqual(5);
      expect(type("pairs.pairs")).toMatch(/prompt: .*chosen: .*rejected: /);
    },
  },
  "compare-decoders": {
    check({ rows, type }) {
      expect(rows("top-p.rows")).toBe(6);
      expect(type("top-p.rows")).toMatch(/greedy: .*beam: .*top_k: .*top_p: /);
    },
  },
  distil: {
    async check({ rows, values }) {
      expect(rows("answers.rows")).toBe(questions().length);
      const unseen = await values("fresh.report");
      expect(unseen["loss_per_token"]).toBeLessThan((unseen["base_loss_per_token"] ?? 0) / 3);
    },
  },
};

test("the gallery names every template", () => {
  const order = z.array(z.string()).parse(JSON.parse(readFileSync(join(here, "gallery.json"), "utf8")));
  expect(order.toSorted()).toEqual(names.toSorted());
});

test.each(names.filter((name) => elsewhere[name] === undefined))(
  "%s runs headless",
  async (name) => {
    const { settings = [], check } = expected[name] ?? { check: () => undefined };
    await check(await runTemplate(name, settings));
  },
  // Seconds on an idle machine; a busy one may take its time.
  600_000,
);
