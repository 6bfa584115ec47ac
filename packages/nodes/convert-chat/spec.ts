import { findConversation, questionsIn, turnsIn, type Conversation } from "@heddle/schema/conversation";
import { unknownColumns } from "@heddle/schema/named-columns";
import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { messagesType, rowsType, type PortType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";

export const params = z.object({
  from: z
    .enum(["auto", "messages", "sharegpt", "alpaca"])
    .default("auto")
    .describe(
      "How conversations are written: OpenAI's role and content, ShareGPT's from and value, or Alpaca's question and answer columns. Auto goes by the columns.",
    )
    .meta({ label: "From" }),
  column: z
    .string()
    .default("")
    .describe("The column of turns, or of Alpaca's questions. Empty: the usual name.")
    .meta({ label: "Column", advanced: true }),
  answer: z
    .string()
    .min(1)
    .default("output")
    .describe("Alpaca's column of answers, where the form is chosen by hand.")
    .meta({ label: "Answer column", advanced: true }),
  system: z
    .string()
    .default("")
    .describe("System message for conversations that have none.")
    .meta({ label: "System message", widget: "text" }),
  keep_columns: z
    .boolean()
    .default(true)
    .describe("Keep the other columns; off: only messages.")
    .meta({ label: "Keep other columns" }),
  rendered: z
    .enum(["reject", "keep"])
    .default("reject")
    .describe(
      "A turn that holds a rendered prompt, such as ### Instruction: or [INST]: a chat template would wrap it twice.",
    )
    .meta({ label: "Rendered prompts", group: "Lint" }),
  turns: z
    .enum(["reject", "keep"])
    .default("reject")
    .describe("A turn that is missing, empty, doubled, of an unknown role, or left without an answer.")
    .meta({ label: "Missing and doubled turns", group: "Lint" }),
});
export type Params = z.infer<typeof params>;

const usualColumn = { messages: "messages", sharegpt: "conversations", alpaca: "instruction" } as const;

/** Where the params and the columns say the conversations are; undefined where they cannot be told. */
export function conversationIn(chosen: Params, schema: RowSchema): Conversation | undefined {
  const { from, column, answer } = chosen;
  const found = findConversation(schema);
  if (from === "auto") return found && (column === "" || column === found.column) ? found : undefined;
  if (found?.form === from && (column === "" || column === found.column)) return found;
  const named = column === "" ? usualColumn[from] : column;
  const system = schema.columns["system"]?.kind === "string" ? "system" : undefined;
  return from === "alpaca" ? questionsIn(named, answer, system) : turnsIn(from, named, system);
}

function columnIssues(chosen: Params, schema: RowSchema): NodeIssue[] {
  if (schema.open) return [];
  const conversation = conversationIn(chosen, schema);
  if (!conversation) {
    const message =
      "the rows hold no conversation that can be recognised; there are " +
      `${Object.keys(schema.columns).slice(0, 12).join(", ") || "no columns"}: choose the form and its column`;
    return [{ code: "no-conversation", param: "from", message }];
  }
  const { form, column } = conversation;
  const answers = form === "alpaca" && chosen.from === "alpaca" && !findConversation(schema);
  const named = [{ param: "column", name: column }, ...(answers ? [{ param: "answer", name: chosen.answer }] : [])];
  const missing = unknownColumns(schema, named);
  const kind = schema.columns[column]?.kind;
  const fits = form === "alpaca" ? ["string", "unknown"] : ["list", "json", "unknown"];
  if (kind === undefined || fits.includes(kind)) return missing;
  const message = `column: ${column} is ${kind}, but ${form === "alpaca" ? "text" : "a list of turns"} is needed; choose another column`;
  return [...missing, { code: "column-type", param: "column", message }];
}

export function chatSchema({ keep_columns }: Params, { columns, open }: RowSchema): RowSchema {
  return { columns: { ...(keep_columns && columns), messages: messagesType }, open: keep_columns && open };
}

export function rejectedSchema({ columns, open }: RowSchema): RowSchema {
  return { columns: { ...columns, problems: { kind: "list", item: { kind: "string" } } }, open };
}

export const spec = defineNode({
  title: "Convert chat",
  summary: "Makes messages of ShareGPT, Alpaca and OpenAI conversations, and holds back those with faults.",
  category: "Data",
  keywords: ["sharegpt", "alpaca", "openai", "messages", "conversation", "instruction", "lint", "turns"],
  params,
  inputs: { rows: { summary: "rows with conversations", accepts: () => rowsType({}, true) } },
  outputs: {
    rows: { summary: "the rows with the column messages", type: rowsType({ messages: messagesType }, true) },
    rejected: { summary: "rows whose conversation has a fault, with the column problems", type: rowsType({}, true) },
    report: { summary: "which faults were found, how often", type: { kind: "report" } },
  },
  shape: "whole",
  determinism: "pure",
  infer({ params: chosen, inputs: { rows } }) {
    if (rows?.kind !== "rows") return { outputs: {} };
    const made: PortType = { kind: "rows", schema: chatSchema(chosen, rows.schema) };
    const rejected: PortType = { kind: "rows", schema: rejectedSchema(rows.schema) };
    const outputs = { rows: made, rejected, report: { kind: "report" } } as const;
    return { outputs, issues: columnIssues(chosen, rows.schema) };
  },
});
