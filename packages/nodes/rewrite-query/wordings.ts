// What is asked for each method, and what is taken from the answer: plain texts, whatever the model wrote around them.
import type { Params } from "./spec.ts";

const instructions: Readonly<Record<Params["method"], (params: Params) => string>> = {
  "multi-query": ({ wordings }) =>
    `Write ${wordings} other wordings of the search query below: other words for the same need, no answer to it. One on a line, nothing else.`,
  hyde: () =>
    "Write one short passage, as it could stand in a document, that answers the question below. Only the passage, nothing else.",
  "step-back": () =>
    "Write the one more general question that lies behind the question below, so that its answer gives the background. Only that question, nothing else.",
};

export function messagesFor(query: string, params: Params) {
  const system = [params.system, instructions[params.method](params)].filter((line) => line !== "").join("\n");
  return [
    { role: "system", content: system },
    { role: "user", content: query },
  ];
}

/** A search query is a line; one that is longer is a model talking. */
const longest = 400;

/** The cell of the new column. */
export function rewritten(said: string, query: string, params: Params): string | string[] {
  const text = said.replace(/^[\s\S]*<\/think>/, "").trim();
  if (params.method === "hyde") return params.keep_query ? `${query}\n${text}`.trim() : text;
  const lines = text.split("\n").map(bare);
  const fresh = lines.filter((line) => line !== "" && line.length <= longest && plain(line) !== plain(query));
  const distinct = new Map(fresh.map((line) => [plain(line), line]));
  return [...distinct.values()].slice(0, params.method === "step-back" ? 1 : params.wordings);
}

/** Without a number, bullet or quotes around it; a line that only announces what follows is none. */
function bare(line: string): string {
  const text = line
    .trim()
    .replace(/^(?:[-*•]|\(?\d{1,2}[.):])\s+/, "")
    .replace(/^["“'](.*)["”']$/, "$1")
    .trim();
  return text.endsWith(":") ? "" : text;
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
