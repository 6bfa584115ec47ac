// DuckDB's errors as one sentence that names the place in the query.

/** Whether an error is DuckDB's own. */
export function isDuckDb(error: unknown): error is Error {
  return error instanceof Error && /^[A-Z][\w ]*? Error: /.test(withoutLead(error.message));
}

function withoutLead(message: string): string {
  return message.replace(/^Failed to [a-z ]+: /, "");
}

export function sentenceOf(error: Error, query: string, unwired: readonly string[]): string {
  const message = withoutLead(error.message);
  const [, kind = "", rest = message] = /^([\w ]+?) Error: ([^]*)$/.exec(message) ?? [];
  const [said = "", shown] = rest.split(/\n+LINE (?=\d+:)/);
  const place = shown === undefined ? "" : placeIn(query, shown);
  const missing = /Table with name (\w+) does not exist/.exec(said)?.[1]?.toLowerCase();
  if (missing !== undefined && unwired.includes(missing)) {
    return `query${place}: there is no table ${missing}, since nothing is wired to the input ${missing}`;
  }
  const [first = "", ...more] = said.split("\n").filter((line) => line.trim() !== "");
  const text = [
    first.replace(/[.!]+$/, ""),
    ...more.map((line) => line.trim().replace(/^./, (letter) => letter.toLowerCase())),
  ].join("; ");
  const isOwn = kind === "Permission" ? "; a query reads its inputs only, no file and no network" : "";
  const memory = kind === "Out of Memory" ? "; raise memory_mb" : "";
  return `query${place}: ${text.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())}${isOwn}${memory}`;
}

/** ` (line 2, column 8)` from what DuckDB shows: the line, which it may cut at both ends, and a caret under the place. */
function placeIn(query: string, shown: string): string {
  const [line = "", caret = ""] = shown.split("\n");
  const [prefix = "", number = "1"] = /^(\d+): /.exec(line) ?? [];
  const snippet = line.slice(prefix.length);
  const cut = snippet.startsWith("...") ? 3 : 0;
  // The caret stands under "LINE 1: " too.
  const offset = caret.indexOf("^") - "LINE ".length - prefix.length - cut;
  const own = query.split("\n")[Number(number) - 1] ?? "";
  const start = Math.max(0, own.indexOf(snippet.slice(cut).replace(/\.\.\.$/, "")));
  return offset < 0 ? ` (line ${number})` : ` (line ${number}, column ${start + offset + 1})`;
}
