// Asks a served graph that is no chat: a field for each column of its request, and the columns that it gives back.
import { printColumn } from "@heddle/schema/print";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import { useState, type SubmitEvent } from "react";
import { askGraph } from "../api/chat.ts";
import { Sources, type AnswerRow } from "./sources.tsx";

type Answered = { readonly row: AnswerRow } | { readonly failure: string };

interface FormProps {
  readonly service: string;
  readonly columns: RowSchema["columns"];
  /** Starts the service where it is not live. */
  wake(): Promise<void>;
}

export function RequestForm({ service, columns, wake }: FormProps) {
  const [written, setWritten] = useState<Readonly<Record<string, string>>>({});
  const [answered, setAnswered] = useState<Answered>();
  const [busy, setBusy] = useState(false);
  const names = Object.keys(columns);
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    const request = Object.fromEntries(names.map((name) => [name, valueOf(columns[name]!, written[name] ?? "")]));
    setBusy(true);
    wake()
      .then(() => askGraph(service, request))
      .then((row) => setAnswered({ row }))
      .catch((cause: Error) => setAnswered({ failure: cause.message }))
      .finally(() => setBusy(false));
  };
  return (
    <form className="request-form" onSubmit={send}>
      {names.map((name) => (
        <label key={name}>
          <span>
            {name} <span className="faint">{printColumn(columns[name]!)}</span>
          </span>
          <textarea
            className="field"
            rows={1}
            value={written[name] ?? ""}
            onChange={(event) => setWritten({ ...written, [name]: event.target.value })}
          />
        </label>
      ))}
      <button className="button primary" disabled={busy}>
        {busy ? "Asking" : "Ask"}
      </button>
      {answered && "failure" in answered && (
        <p className="message">
          <b>No answer.</b> {answered.failure}
        </p>
      )}
      {answered && "row" in answered && <Given row={answered.row} asked={names} />}
    </form>
  );
}

/** Nothing written is null; what is not of its column's type goes as text, and the server says what it should be. */
function valueOf(type: ColumnType, text: string): unknown {
  if (text.trim() === "") return null;
  if (type.kind === "string") return text;
  if (type.kind === "bool") return { true: true, false: false }[text.trim()] ?? text;
  if (type.kind === "int" || type.kind === "float") return Number.isFinite(Number(text)) ? Number(text) : text;
  return jsonOr(text);
}

function jsonOr(text: string): unknown {
  // What is no JSON is a text.
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function Given({ row, asked }: { row: AnswerRow; asked: readonly string[] }) {
  const said = Object.entries(row).filter(
    ([name, value]) => !asked.includes(name) && value !== null && name !== "citations" && !isLong(value),
  );
  return (
    <div className="request-given">
      <dl>
        {said.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
      <Sources row={row} />
    </div>
  );
}

/** Vectors and hits: numbers nobody reads, and what Sources shows. */
function isLong(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && (typeof value[0] === "number" || typeof value[0] === "object");
}
