// What each question is: the conversation that is sent, its temperature and seed, drawn from the rows, the preset and the seed.
import { UnfitAnswer } from "@heddle/llm-client/ask-fields";
import type { ChatMessage, ChatRequest } from "@heddle/llm-client/client";
import { cellsOf } from "@heddle/llm-client/template";
import type { Batch, Value } from "@heddle/schema/batch";
import { withSystem } from "@heddle/schema/conversation";
import { takeRows, type Table } from "@heddle/schema/table";
import { hashText } from "@heddle/schema/text-hash";
import { compileRowTemplate } from "@heddle/text/row-template";
import type { Operation, Params } from "./params.ts";
import { evolve, personaSystem, selfInstruct } from "./presets.ts";
import { instructionColumn, promptColumn } from "./shape.ts";

export interface Question {
  readonly row: number;
  readonly sample: number;
  readonly persona: string | null;
  readonly seed: number;
  /** What evol-instruct does in each round. */
  readonly evolutions: readonly Operation[];
  /** What a reader sees of it. */
  shown(): string;
  request(): ChatRequest;
  /** The request of one round of evol-instruct. */
  evolved(instruction: string, round: number): ChatRequest;
}

export interface Seeds {
  /** Undefined where no rows are wired. */
  readonly table: Table | undefined;
  readonly rows: readonly number[];
}

type Cells = (name: string) => Value | undefined;

/** Question i is sample i % n of the i / n-th row. */
export function questionsOf(params: Params, { table, rows }: Seeds): (index: number) => Question {
  const prompt = compileRowTemplate(params.prompt);
  const system = compileRowTemplate(params.system);
  const column = table && promptColumn(table.schema);
  const instructions = table ? textsIn(table, instructionColumn(params, table.schema)) : [];
  let [batchRow, batch] = [-1, undefined as Batch | undefined];

  function cells(row: number): Cells {
    if (table === undefined) return () => undefined;
    if (batchRow !== row) [batchRow, batch] = [row, takeRows(table, Uint32Array.of(row))];
    return cellsOf(batch!, 0);
  }

  return (index) => {
    const row = rows[Math.floor(index / params.n)]!;
    const sample = index % params.n;
    const own = cells(row);
    const draw = (what: string, among: number) => hashText(`${params.seed}:${what}:${index}`) % among;
    const persona = personaOf(params, own, draw);
    const seen: Cells = (name) => (name === "persona" && persona !== null ? persona : own(name));
    const seed = (numberIn(own, params.seed_column) ?? params.seed + index - sample) + sample;
    const sampling = {
      temperature: numberIn(own, params.temperature_column) ?? params.temperature,
      top_p: params.top_p < 1 ? params.top_p : undefined,
      max_tokens: params.max_tokens,
      seed,
      stop: params.stop,
    };
    const told = [persona === null ? "" : personaSystem(persona), system.render(seen).trim()]
      .filter(Boolean)
      .join("\n\n");
    const asking = (messages: readonly ChatMessage[]): ChatRequest => ({
      messages:
        withSystem(
          told,
          messages.map(({ role, content }) => ({ role, content })),
        ) ?? [],
      ...sampling,
    });
    const instruction = instructions[row] ?? "";
    const messages = (): readonly ChatMessage[] => {
      if (params.preset === "self-instruct") return user(selfInstruct(shownTo(instructions, params.shown, draw)));
      if (params.prompt !== "") return user(prompt.render(seen).trim());
      return messagesIn(column === undefined ? null : (own(column) ?? null));
    };
    const evolutions =
      params.preset === "evol-instruct"
        ? Array.from(
            { length: params.rounds },
            (_, round) => params.operations[draw(`round ${round}`, params.operations.length)]!,
          )
        : [];
    return {
      row,
      sample,
      persona,
      seed,
      evolutions,
      shown: () => (params.preset === "evol-instruct" ? instruction : (messages().at(-1)?.content ?? "")),
      request: () => asking(messages()),
      evolved: (text, round) => asking(user(evolve(text || instruction, evolutions[round]!))),
    };
  };
}

function user(content: string): ChatMessage[] {
  return [{ role: "user", content }];
}

function textsIn(table: Table, column: string | undefined): string[] {
  if (column === undefined) return [];
  return table.batches.flatMap(({ columns, length }) =>
    Array.from({ length }, (_, row) => {
      const value = columns[column]?.at(row);
      return typeof value === "string" ? value : "";
    }),
  );
}

function numberIn(cells: Cells, column: string): number | undefined {
  const value = column === "" ? null : cells(column);
  return typeof value === "number" ? value : undefined;
}

function personaOf(
  { preset, personas }: Params,
  cells: Cells,
  draw: (what: string, among: number) => number,
): string | null {
  if (preset !== "personas") return null;
  if (personas.length > 0) return personas[draw("persona", personas.length)]!;
  const own = cells("persona");
  return typeof own === "string" ? own : null;
}

/** Different instructions, drawn by the seed. */
function shownTo(all: readonly string[], count: number, draw: (what: string, among: number) => number): string[] {
  const left = all.filter((instruction) => instruction.trim() !== "");
  const drawn: string[] = [];
  for (let i = 0; i < count && left.length > 0; i++) drawn.push(...left.splice(draw(`shown ${i}`, left.length), 1));
  return drawn;
}

/** A text as a user's message, or the messages up to the last that is not the assistant's. */
function messagesIn(value: Value): readonly ChatMessage[] {
  if (typeof value === "string") return user(value);
  const messages = (Array.isArray(value) ? value : []).map((message: Value) => {
    const isMessage = typeof message === "object" && message !== null && "role" in message && "content" in message;
    return { role: String(isMessage ? message.role : ""), content: String(isMessage ? message.content : "") };
  });
  const asked = messages.at(-1)?.role === "assistant" ? messages.slice(0, -1) : messages;
  if (asked.length === 0 || asked.some(({ role }) => role === ""))
    throw new UnfitAnswer("the row holds neither text nor messages to answer");
  return asked;
}
