import { afterEach, expect, it } from "vitest";
import { z } from "zod";
import {
  startFaultServer,
  type Asked as Request,
  type Behaviour,
  type FaultServer,
} from "../../../test/machine/openai-faults.ts";
import { UnfitAnswer } from "./ask-fields.ts";
import { askingParams, type AskingParams } from "./asking.ts";
import { askAll, failureBlocks, spentBlocks, spentValues, type Questions } from "./batch.ts";

let server: FaultServer | undefined;
afterEach(() => server?.[Symbol.asyncDispose]());

const params = z.object(askingParams);

/** A context that keeps its journal in `lines`. */
function contextWith(lines: string[]) {
  const log: string[] = [];
  const looks: unknown[] = [];
  const context = {
    signal: new AbortController().signal,
    progress() {},
    preview: (look: unknown) => void looks.push(look),
    log: (line: string) => void log.push(line),
    checkpoints: {
      latest: async () => undefined,
      save: async () => {},
      async *journal() {
        yield* lines;
      },
      append: async (line: string) => void lines.push(line),
    },
  };
  return { context, log, looks };
}

function numbers(count: number, more: Partial<Questions<string>> = {}): Questions<string> {
  return {
    count,
    unit: "rows",
    answer: z.string(),
    ask: async (index, client) =>
      (await client.chat({ messages: [{ role: "user", content: `question ${index}` }] })).text,
    ...more,
  };
}

async function ask(
  behave: (asked: Request) => Behaviour,
  questions: Questions<string>,
  given: Partial<AskingParams> = {},
  lines: string[] = [],
) {
  server = await startFaultServer(behave);
  const { context, log, looks } = contextWith(lines);
  const asked = await askAll(context, server.endpoint(), { ...params.parse({}), ...given }, questions);
  return { asked, log, looks };
}

const echo = ({ text }: Request): Behaviour => ({ kind: "answer", text: `to ${text}` });

const slow = ({ text }: Request): Behaviour => ({ kind: "answer", text, delayMs: 60 });
const refuse = (): Behaviour => ({ kind: "status", status: 400, message: "top_p is not supported" });

it("what the journal holds is not asked again, and counts as spent", async () => {
  const lines: string[] = [];
  await ask(echo, numbers(4), {}, lines);
  await server![Symbol.asyncDispose]();
  const torn = [...lines.slice(0, 3), '{"i":3,"v":"to que', '{"i":99,"v":"of another run","u":{}}'];
  const { asked, log } = await ask(echo, numbers(6), { budget_calls: 5, concurrency: 1 }, torn);
  expect(server!.asked.map(({ text }) => text)).toEqual(["question 3", "question 4"]);
  expect(asked.outcomes.slice(0, 5)).toEqual([0, 1, 2, 3, 4].map((i) => ({ value: `to question ${i}` })));
  expect(asked.outcomes[5]).toBeUndefined();
  expect(spentValues(asked)).toMatchObject({ answered: 5, resumed: 3, calls: 5, stopped: true });
  expect(log).toContain("3 of 6 rows were answered before and are not asked again");
  expect(spentBlocks(asked, { ...params.parse({}), budget_calls: 5 })).toEqual([
    {
      kind: "meter",
      title: "Spent",
      items: [
        { label: "Tokens", used: 25, limit: undefined, unit: "tokens" },
        { label: "Calls", used: 5, limit: 5, unit: "calls" },
      ],
    },
    expect.objectContaining({
      kind: "text",
      text: expect.stringContaining("Stopped with 1 of 6 left: the budget of 5 calls"),
    }),
  ]);
});

it("failures are kept by question, counted by reason, and not journalled", async () => {
  const lines: string[] = [];
  const questions = numbers(5, {
    unasked: (index) => (index === 4 ? "broken before" : null),
    async ask(index, client) {
      if (index < 2) throw new UnfitAnswer("this will not do");
      return (await client.chat({ messages: [{ role: "user", content: `question ${index}` }] })).text;
    },
  });
  const { asked } = await ask(echo, questions, {}, lines);
  expect(asked.outcomes.map((outcome) => outcome && ("error" in outcome ? outcome.error : outcome.value))).toEqual([
    "this will not do",
    "this will not do",
    "to question 2",
    "to question 3",
    "broken before",
  ]);
  expect(lines).toHaveLength(2);
  expect(failureBlocks(asked)).toMatchObject([
    {
      rows: [
        [2, "this will not do"],
        [1, "broken before"],
      ],
    },
  ]);
});

it("where no question is answered, the first failure is told", async () => {
  await expect(ask(refuse, numbers(3))).rejects.toThrow(
    /^none of 3 rows was answered; the first: .*top_p is not supported$/,
  );
});

it("a look is given about once a second while it goes on", async () => {
  const questions = numbers(40, { look: ({ answered }) => ({ title: String(answered), values: {}, blocks: [] }) });
  const { looks } = await ask(slow, questions, { concurrency: 1 });
  expect(looks.length).toBeGreaterThanOrEqual(1);
  expect(looks.length).toBeLessThan(40);
});
