// Added tokens: strings such as <|im_end|> that are found in a text before anything else is done to it.

import { isObject, listAt, numberAt, objectAt, stringAt, type JsonObject } from "./json-fields.ts";

export interface AddedToken {
  id: number;
  content: string;
  /** Only where no word character touches it. */
  singleWord: boolean;
  /** Takes the white space on its left (right) into itself. */
  stripLeft: boolean;
  stripRight: boolean;
  /** Is looked for in the normalized text. */
  normalized: boolean;
  /** A control token: left out by `skipSpecial`, not recognised where `parseSpecial` is off. */
  special: boolean;
}

/** Added tokens of tokenizer.json, then those that only tokenizer_config.json's `added_tokens_decoder` names. */
export function readAddedTokens(tokenizer: JsonObject, config: JsonObject): AddedToken[] {
  const place = "tokenizer.json added_tokens";
  const tokens = listAt(tokenizer["added_tokens"] ?? [], place).map((entry, i) => {
    const fields = objectAt(entry, `${place}[${i}]`);
    return readAddedToken(fields, numberAt(fields["id"], `${place}[${i}].id`), `${place}[${i}]`);
  });
  const known = new Set(tokens.map(({ content }) => content));
  const configured = config["added_tokens_decoder"];
  if (!isObject(configured)) return tokens;
  for (const [id, entry] of Object.entries(configured)) {
    const at = `tokenizer_config.json added_tokens_decoder.${id}`;
    const token = readAddedToken(objectAt(entry, at), Number(id), at);
    if (!known.has(token.content)) tokens.push(token);
  }
  return tokens;
}

function readAddedToken(fields: JsonObject, id: number, place: string): AddedToken {
  const special = fields["special"] === true;
  return {
    id,
    content: stringAt(fields["content"], `${place}.content`),
    singleWord: fields["single_word"] === true,
    stripLeft: fields["lstrip"] === true,
    stripRight: fields["rstrip"] === true,
    normalized: typeof fields["normalized"] === "boolean" ? fields["normalized"] : !special,
    special,
  };
}

/** A stretch of text: an added token, or text between them (`token` null). */
export interface Stretch {
  start: number;
  end: number;
  token: AddedToken | null;
}

export type AddedTokenSplitter = (text: string, parseSpecial: boolean) => Stretch[];

/** Splits texts at `tokens`, each looked for as `spellings` has it; the leftmost wins, of these the longest. */
export function addedTokenSplitter(
  tokens: readonly AddedToken[],
  spellings: readonly string[],
): AddedTokenSplitter | undefined {
  const byFirst = new Map<number, { spelling: string; token: AddedToken }[]>();
  tokens.forEach((token, i) => {
    const spelling = spellings[i]!;
    if (spelling === "") return;
    const first = spelling.charCodeAt(0);
    const candidates = byFirst.get(first);
    if (candidates === undefined) byFirst.set(first, [{ spelling, token }]);
    else candidates.push({ spelling, token });
  });
  if (byFirst.size === 0) return undefined;
  for (const candidates of byFirst.values()) candidates.sort((a, b) => b.spelling.length - a.spelling.length);
  const firstUnits = Array.from(byFirst.keys(), (unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  const possibleStart = new RegExp(`[${firstUnits}]`, "g");

  return (text, parseSpecial) => {
    const stretches: Stretch[] = [];
    let from = 0;
    possibleStart.lastIndex = 0;
    for (let found = possibleStart.exec(text); found !== null; found = possibleStart.exec(text)) {
      const at = found.index;
      const match = byFirst.get(text.charCodeAt(at))!.find(({ spelling }) => text.startsWith(spelling, at));
      if (match === undefined) continue;
      const { token, spelling } = match;
      let start = at;
      let end = at + spelling.length;
      possibleStart.lastIndex = end;
      if (token.special && !parseSpecial) continue;
      if (token.singleWord && (endsInWord(text.slice(0, start)) || startsWithWord(text.slice(end)))) continue;
      if (token.stripLeft) start = Math.max(from, text.slice(0, start).replace(/\p{White_Space}+$/u, "").length);
      if (token.stripRight) end += /^\p{White_Space}*/u.exec(text.slice(end))![0].length;
      if (start > from) stretches.push({ start: from, end: start, token: null });
      stretches.push({ start, end, token });
      from = end;
      possibleStart.lastIndex = end;
    }
    if (from < text.length) stretches.push({ start: from, end: text.length, token: null });
    return stretches;
  };
}

function endsInWord(text: string): boolean {
  return /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u.test(text);
}

function startsWithWord(text: string): boolean {
  return /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u.test(text);
}
