import type { PortType, RowSchema } from "@heddle/schema/type";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { startFaultServer, type Asked, type Behaviour, type FaultServer } from "../../../test/machine/openai-faults.ts";
import { workbench, type Row } from "../../../test/workbench.ts";
import type { z } from "zod";
import { params as paramsSchema } from "./params.ts";
import { run } from "./run.node.ts";
import { spec } from "./spec.ts";

const bench = workbench();
afterAll(() => bench[Symbol.dispose]());
let server: FaultServer | undefined;
afterEach(() => server?.[Symbol.asyncDispose]());

type Given = z.input<typeof paramsSchema>;

const topics: RowSchema = {
  columns: { topic: { kind: "string" }, heat: { kind: "float" }, start: { kind: "int" } },
  open: false,
};
const rowsOfTopics = (count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ topic: `topic ${i}`, heat: i / 10, start: 100 * i }));

async function made(
  behave: (asked: Asked) => Behaviour,
  params: Given,
  rows: readonly Row[] | undefined,
  { schema = topics, signal }: { schema?: RowSchema; signal?: AbortSignal } = {},
) {
  server = await startFaultServer(behave);
  const inputs = { endpoint: server.endpoint(), ...(rows && { rows: { schema, rows } }) };
  const outputs = await bench.run(spec, run, params, inputs, signal);
  return { rows: outputs.rows["rows"]!.rows, report: outputs.reports["report"]!, log: outputs.log };
}

/** Fails in a way of its own every few requests, and never answers topic 3. */
function moody({ number, text }: Asked): Behaviour {
  if (text.endsWith(" 3")) return { kind: "status", status: 400, message: "I will not." };
  if (number % 5 === 0) return { kind: "status", status: 500 };
  if (number % 7 === 0) return { kind: "cut body" };
  if (number % 11 === 0) return { kind: "status", status: 429, headers: { "retry-after": "0.01" } };
  return { kind: "answer", text: `About ${text}.`, delayMs: (number * 7) % 20 };
}

function secondTry({ body }: Asked): Behaviour {
  return { kind: "answer", text: body.messages!.length > 1 ? '{"question": "Why?"}' : "Sure, here is one." };
}

/** A key that runs out after three answers. */
function expiring({ number }: Asked): Behaviour {
  return number < 3 ? { kind: "answer" } : { kind: "status", status: 401, message: "no" };
}

describe("synth-generate against a server that fails", () => {
  it("keeps the order of rows and every row, whatever happens to its request", async () => {
    const { rows, report, log } = await made(
      moody,
      { prompt: "{{ topic }}", concurrency: 8, retries: 9 },
      rowsOfTopics(30),
    );
    expect(rows.map(({ topic }) => topic)).toEqual(rowsOfTopics(30).map(({ topic }) => topic));
    for (const [i, row] of rows.entries()) expect(row["generated"]).toBe(i === 3 ? null : `About topic ${i}.`);
    expect(rows[3]!["error"]).toMatch(/answered 400: I will not$/);
    expect(report.values).toMatchObject({ asked: 30, answered: 29, failed: 1, stopped: false });
    expect(report.values["retried"]).toBeGreaterThan(5);
    expect(report.blocks.map(({ kind }) => kind)).toEqual(["meter", "table", "samples"]);
    expect(log.join()).toContain("rows 3: ");
    expect(server!.most).toBeLessThanOrEqual(8);
  });

  it("a row's own temperature and seed are sent, one seed higher for each of its answers", async () => {
    const params = { prompt: "{{ topic }}", n: 2, temperature_column: "heat", seed_column: "start", concurrency: 1 };
    const { rows } = await made(() => ({ kind: "answer" }), params, rowsOfTopics(2));
    expect(server!.asked.map(({ body }) => [body["temperature"], body["seed"]])).toEqual([
      [0, 0],
      [0, 1],
      [0.1, 100],
      [0.1, 101],
    ]);
    expect(rows.map(({ topic, sample }) => [topic, sample])).toEqual([
      ["topic 0", 0],
      ["topic 0", 1],
      ["topic 1", 0],
      ["topic 1", 1],
    ]);
  });

  it("prose where fields were asked is sent back with what is wrong, and then taken", async () => {
    const fields = [{ name: "question" }];
    const { rows, report } = await made(secondTry, { prompt: "{{ topic }}", fields, concurrency: 1 }, rowsOfTopics(1));
    expect(rows[0]).toMatchObject({ question: "Why?", error: null });
    expect(report.values["calls"]).toBe(2);
    expect(server!.asked[1]!.text).toMatch(/^That cannot be used: the model answered prose where JSON was asked/);
  });

  it("rows that a node before could not answer pass through unasked", async () => {
    const schema: RowSchema = { columns: { prompt: { kind: "string" }, error: { kind: "string" } }, open: false };
    const rows = [
      { prompt: "a", error: null },
      { prompt: null, error: "it was broken before" },
    ];
    const { rows: out } = await made(() => ({ kind: "answer", text: "Yes." }), {}, rows, { schema });
    expect(out).toEqual([
      { prompt: "a", generated: "Yes.", error: null },
      { prompt: null, generated: null, error: "it was broken before" },
    ]);
    expect(server!.asked).toHaveLength(1);
  });

  it("a budget of tokens stops with the rows so far, and says so", async () => {
    const params = { prompt: "{{ topic }}", budget_tokens: 200, max_tokens: 20, concurrency: 4 };
    const { rows, report } = await made(() => ({ kind: "answer", text: "one two three" }), params, rowsOfTopics(100));
    const { prompt_tokens, completion_tokens } = report.values;
    expect(Number(prompt_tokens) + Number(completion_tokens)).toBeLessThanOrEqual(200);
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.length).toBeLessThan(100);
    expect(rows.map(({ topic }) => topic)).toEqual(rowsOfTopics(rows.length).map(({ topic }) => topic));
    expect(report.title).toBe(`${rows.length} of 100 answers`);
    expect(report.blocks).toContainEqual({
      kind: "text",
      text: `Stopped with ${100 - rows.length} of 100 left: the budget of 200 tokens allows no further call; raise it to go on.`,
    });
  });

  it("stops when it is told to, and fails at once where every request would", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("cancelled")), 100);
    const began = performance.now();
    const hanging = made(() => ({ kind: "hang" }), { prompt: "x", n: 50 }, undefined, { signal: stop.signal });
    await expect(hanging).rejects.toThrow("cancelled");
    expect(performance.now() - began).toBeLessThan(2000);
    await server![Symbol.asyncDispose]();
    await expect(made(expiring, { prompt: "x", n: 500, concurrency: 2 }, undefined)).rejects.toThrow("check the key");
    expect(server!.asked.length).toBeLessThan(10);
  });
});

function inferred(given: Given, schema?: RowSchema) {
  const inputs: Record<string, PortType> = schema ? { rows: { kind: "rows", schema } } : {};
  return spec.infer!({ params: paramsSchema.parse(given), inputs });
}

describe("synth-generate's types", () => {
  it("fields and schemas become columns", () => {
    const json_schema =
      '{"properties": {"q": {"type": "string"}, "marks": {"type": "array", "items": {"type": "integer"}}}}';
    expect(inferred({ prompt: "x", json_schema }, topics).outputs["rows"]).toEqual({
      kind: "rows",
      schema: {
        columns: {
          ...topics.columns,
          q: { kind: "string" },
          marks: { kind: "list", item: { kind: "int" } },
          error: { kind: "string" },
        },
        open: false,
      },
    });
  });
  it.each<[Given, RowSchema | undefined, string]>([
    [{}, undefined, "there is nothing to ask: write a prompt or wire rows"],
    [
      {},
      topics,
      "prompt: write one; the rows have no column messages, prompt, instruction or text (there are topic, heat, start)",
    ],
    [{ preset: "evol-instruct" }, undefined, "evol-instruct begins with instructions: wire rows that hold some"],
    [{ preset: "self-instruct", column: "topc" }, topics, 'column: there is no column "topc"; did you mean "topic"?'],
    [{ preset: "personas", prompt: "x" }, topics, "personas: name some, or wire rows with a column persona"],
    [{ prompt: "x", seed_column: "topic" }, topics, "seed_column: column topic holds string, not numbers"],
    [{ prompt: "x", json_schema: "{" }, topics, "json_schema: the schema is no JSON object"],
    [
      { prompt: "x", fields: [{ name: "topic" }] },
      topics,
      "field topic is a column of the rows already; choose another name",
    ],
    [{ prompt: "x", fields: [{ name: "a" }, { name: "a" }] }, topics, "field a is named twice; remove one"],
    [
      { prompt: "x", fields: [{ name: "a", type: "int", choices: ["low"] }] },
      topics,
      "field a: choices must be numbers for int",
    ],
  ])("%j", (given, schema, message) => {
    expect(inferred(given, schema).issues?.map((issue) => issue.message)).toEqual([message]);
  });
});
