// Pre-tokenizers of tokenizer.json: how a normalized text is cut into the words that the model works on.

import { applyEdits, sliceAligned, type AlignedText, type Edit } from "./aligned-text.ts";
import { listAt, objectAt, stringAt, type JsonObject } from "./json-fields.ts";
import { byteLevel } from "./normalizer.ts";
import { compilePattern, compileRegex } from "./pattern.ts";
import { gpt2Pattern, scanGpt2, scannerFor, type WordScanner } from "./word-scanner.ts";

export type PreTokenizer = (pieces: AlignedText[]) => AlignedText[];

export interface PreTokenization {
  split: PreTokenizer;
  /** The last step maps bytes to characters; it is left to the model where the model can read bytes itself. */
  endsInBytes: boolean;
  /** Set where the whole of it is one well-known pattern: words can be scanned without a list of pieces. */
  scanner: WordScanner | undefined;
}

export function readPreTokenizer(spec: unknown): PreTokenization {
  const steps = flatten(spec, "tokenizer.json pre_tokenizer");
  const last = steps.at(-1);
  const endsInBytes = last?.fields["type"] === "ByteLevel";
  const splitters = steps.map(({ fields, place }) => readStep(fields, place));
  return {
    split: (pieces) => splitters.reduce((current, split) => split(current), pieces),
    endsInBytes,
    scanner: endsInBytes ? soleScanner(steps.map(({ fields }) => fields)) : undefined,
  };
}

interface Step {
  fields: JsonObject;
  place: string;
}

function flatten(spec: unknown, place: string): Step[] {
  if (spec === null || spec === undefined) return [];
  const fields = objectAt(spec, place);
  if (fields["type"] !== "Sequence") return [{ fields, place }];
  return listAt(fields["pretokenizers"], `${place}.pretokenizers`).flatMap((step, i) =>
    flatten(step, `${place}.pretokenizers[${i}]`),
  );
}

function soleScanner(steps: JsonObject[]): WordScanner | undefined {
  const [first, second] = steps;
  if (steps.length === 1)
    return first?.["use_regex"] !== false && first?.["add_prefix_space"] === false ? scanGpt2 : undefined;
  if (steps.length !== 2 || second?.["use_regex"] !== false || second["add_prefix_space"] !== false) return undefined;
  if (first?.["type"] !== "Split" || first["behavior"] !== "Isolated" || first["invert"] === true) return undefined;
  const pattern = objectAt(first["pattern"], "tokenizer.json pre_tokenizer pattern")["Regex"];
  return typeof pattern === "string" ? scannerFor(pattern) : undefined;
}

function readStep(fields: JsonObject, place: string): PreTokenizer {
  const type = stringAt(fields["type"], `${place}.type`);
  switch (type) {
    case "ByteLevel":
      return byteLevelWords(fields);
    case "Split":
      return splitBy(
        compilePattern(fields["pattern"], place),
        stringAt(fields["behavior"], `${place}.behavior`),
        fields["invert"] === true,
      );
    case "Whitespace":
      return splitBy(
        /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu,
        "Removed",
        true,
      );
    case "WhitespaceSplit":
      return splitBy(/\p{White_Space}/gu, "Removed", false);
    case "BertPreTokenizer":
      return bertWords;
    case "Metaspace":
      return metaspace(fields);
    case "Digits":
      return splitBy(fields["individual_digits"] === true ? /\p{N}/gu : /\p{N}+/gu, "Isolated", false);
    case "Punctuation":
      return splitBy(punctuation, typeof fields["behavior"] === "string" ? fields["behavior"] : "Isolated", false);
    case "CharDelimiterSplit":
      return splitBy(compilePattern(stringAt(fields["delimiter"], `${place}.delimiter`), place), "Removed", false);
    default:
      throw new Error(`${place}: pre-tokenizer ${type} is not known`);
  }
}

/** Matches [start, end) of a text and the gaps between them, in order. */
interface Cut {
  start: number;
  end: number;
  isMatch: boolean;
}

function cutsOf(text: string, pattern: RegExp, invert: boolean): Cut[] {
  const cuts: Cut[] = [];
  let from = 0;
  for (const { 0: match, index } of text.matchAll(pattern)) {
    if (match === "") continue;
    if (index > from) cuts.push({ start: from, end: index, isMatch: invert });
    from = index + match.length;
    cuts.push({ start: index, end: from, isMatch: !invert });
  }
  if (from < text.length) cuts.push({ start: from, end: text.length, isMatch: invert });
  return cuts;
}

function splitBy(pattern: RegExp, behavior: string, invert: boolean): PreTokenizer {
  const arrange = arrangements[behavior];
  if (arrange === undefined) throw new Error(`tokenizer.json pre_tokenizer: split behavior ${behavior} is not known`);
  return (pieces) =>
    pieces.flatMap((piece) =>
      arrange(cutsOf(piece.text, pattern, invert)).map(({ start, end }) => sliceAligned(piece, start, end)),
    );
}

/** What becomes of the matches of a split, by the name of the behavior. */
const arrangements: Record<string, (cuts: Cut[]) => Cut[]> = {
  Isolated: (cuts) => cuts,
  Removed: (cuts) => cuts.filter((cut) => !cut.isMatch),
  Contiguous: (cuts) => joined(cuts, (previous, cut) => previous.isMatch === cut.isMatch),
  MergedWithPrevious: (cuts) => joined(cuts, (previous, cut) => cut.isMatch && !previous.isMatch),
  MergedWithNext: (cuts) => joined(cuts.toReversed(), (next, cut) => cut.isMatch && !next.isMatch).toReversed(),
};

/** Joins a cut to the one before it where `isJoined` says so. The joined cut is a match where its last part is. */
function joined(cuts: Cut[], isJoined: (previous: Cut, cut: Cut) => boolean): Cut[] {
  const out: Cut[] = [];
  let before: Cut | undefined;
  for (const cut of cuts) {
    const last = out.at(-1);
    if (last !== undefined && before !== undefined && isJoined(before, cut)) {
      last.start = Math.min(last.start, cut.start);
      last.end = Math.max(last.end, cut.end);
    } else out.push({ ...cut });
    before = cut;
  }
  return out;
}

const gpt2Expression = compileRegex(gpt2Pattern, "GPT-2 pattern");

function byteLevelWords(fields: JsonObject): PreTokenizer {
  const split = fields["use_regex"] === false ? undefined : splitBy(gpt2Expression, "Isolated", false);
  const prefix: Edit[] = [{ start: 0, end: 0, text: " " }];
  return (pieces) => {
    const spaced =
      fields["add_prefix_space"] === true
        ? pieces.map((piece) => (piece.text === "" || piece.text.startsWith(" ") ? piece : applyEdits(piece, prefix)))
        : pieces;
    return split === undefined ? spaced : split(spaced);
  };
}

/** Cuts as {@link byteLevelWords} does not: the characters of bytes, for models that do not read bytes. */
export function spellBytes(pieces: AlignedText[]): AlignedText[] {
  return pieces.map(byteLevel);
}

const punctuation = /[!-/:-@[-`{-~\p{P}]/gu;
const splitSpaces = splitBy(/\p{White_Space}/gu, "Removed", false);
const splitPunctuation = splitBy(punctuation, "Isolated", false);

function bertWords(pieces: AlignedText[]): AlignedText[] {
  return splitPunctuation(splitSpaces(pieces));
}

/** Spaces as a visible mark (▁), one put in front, words begun by it. */
function metaspace(fields: JsonObject): PreTokenizer {
  const mark = typeof fields["replacement"] === "string" ? fields["replacement"] : "▁";
  const scheme =
    typeof fields["prepend_scheme"] === "string"
      ? fields["prepend_scheme"]
      : fields["add_prefix_space"] === false
        ? "never"
        : "always";
  const split =
    fields["split"] === false ? undefined : splitBy(compilePattern(mark, "Metaspace"), "MergedWithNext", false);
  return (pieces) => {
    const marked = pieces.map((piece) => {
      const edits: Edit[] = [];
      const isPrepended = scheme === "always" || (scheme === "first" && piece.atStart);
      if (isPrepended && !piece.text.startsWith(" ") && !piece.text.startsWith(mark))
        edits.push({ start: 0, end: 0, text: mark });
      for (let at = piece.text.indexOf(" "); at >= 0; at = piece.text.indexOf(" ", at + 1))
        edits.push({ start: at, end: at + 1, text: mark });
      return applyEdits(piece, edits);
    });
    return split === undefined ? marked : split(marked);
  };
}
