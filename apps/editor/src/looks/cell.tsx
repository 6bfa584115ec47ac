// One value of a table, in one line. Messages show the last word; tokens their colours; lists and structs as short JSON.
import { z } from "zod";
import { figure, plural } from "../theme/words.ts";
import { hitsOf } from "./hits.tsx";
import { maskOf, Tokens, tokensOf } from "./tokens.tsx";

const messages = z.array(z.object({ role: z.string(), content: z.string() })).min(1);
export type Messages = z.infer<typeof messages>;

export function messagesOf(value: unknown): Messages | undefined {
  return messages.safeParse(value).data;
}

/** Column types are printed: `tokens[ab12cd34]`, `list<{role, content}>`. */
export function isTokens(type: string): boolean {
  return type.startsWith("tokens");
}
export function isVector(type: string): boolean {
  return type.startsWith("vector");
}
/** The first few numbers, and how many there are. */
export function vectorWords(value: unknown): string {
  const numbers = Array.isArray(value) ? value.map(Number) : [];
  const first = numbers.slice(0, 4).map((number) => number.toFixed(2));
  return `${first.join(" ")}${numbers.length > 4 ? ` … ${numbers.length}` : ""}`;
}
export function isNumber(type: string): boolean {
  return type === "int" || type === "float";
}

export function Cell({
  type,
  value,
  mask,
  narrow = false,
}: {
  type: string;
  value: unknown;
  mask?: unknown;
  narrow?: boolean;
}) {
  if (value === null || value === undefined) return <span className="faint">none</span>;
  if (isTokens(type)) {
    const cell = tokensOf(value);
    if (cell) return <Tokens cell={cell} mask={maskOf(mask)} limit={60} />;
  }
  if (typeof value === "string") return <>{value.slice(0, 300)}</>;
  if (typeof value === "number") return <>{figure(value)}</>;
  if (typeof value === "boolean") return <>{value ? "true" : "false"}</>;
  const talk = messagesOf(value);
  if (talk) {
    const first = talk.find((message) => message.role === "user") ?? talk[0];
    return (
      <>
        {first?.content.slice(0, 240)}{" "}
        {talk.length > 1 && !narrow && <span className="faint">{talk.length} messages</span>}
      </>
    );
  }
  if (isVector(type) || type === "list<float>") return <span className="mono">{vectorWords(value)}</span>;
  const hits = hitsOf(value);
  if (hits) {
    return (
      <>
        {hits[0]?.text.slice(0, 200)} <span className="faint">{plural(hits.length, "hit")}</span>
      </>
    );
  }
  return <span className="mono">{JSON.stringify(value).slice(0, 240)}</span>;
}
