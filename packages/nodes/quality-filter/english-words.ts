// Splits what stands between white space into words and signs as spaCy's English tokenizer does, which is what datatrove counts: prefixes and
// suffixes are peeled off until none is left or an exception remains, then the rest is split at infixes unless it is a URL.
// The character classes are those of spacy/lang/char_classes.py; symbols are Unicode's So. Written from the algorithm's description.
import { exceptions } from "./english-exceptions.ts";

const latin = String.raw`a-zA-Z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01bf\u01c4-\u02af\u1d00-\u1d25\u1d6b-\u1d77\u1d79-\u1d9a\u1e00-\u1eff\u2c60-\u2c7b\u2c7e\u2c7f\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\ua790-\ua7b9\ua7fa\uab30-\uab5a\uab60-\uab64\uff21-\uff3a\uff41-\uff5a`;
const cased = String.raw`[${latin}ёа-яЁА-ЯәөүҗңһӘӨҮҖҢҺіїєґІЇЄҐѓѕјљњќѐѝЃЅЈЉЊЌЀЍα-ωάέίόώήύΑ-ΩΆΈΊΌΏΉΎ]`;
/** Scripts without capitals, with the signs in their blocks. */
const uncased = String.raw`[\u1200-\u137f\u0980-\u09ff\u0591-\u05f4\ufb1d-\ufb4f\u0620-\u064a\u066e-\u06d5\u06e5-\u06ff\u0750-\u077f\u08a0-\u08bd\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdc7\ufdf0-\ufdfb\ufe70-\ufefc\u{1ee00}-\u{1eebb}\u0d80-\u0dff\u0900-\u097f\u0c00-\u0cff\u0b80-\u0bff\u1100-\u11ff\uac00-\ud7af\u3040-\u30ff\u2e80-\u2fdf\u2ff0-\u303f\u31c0-\u31ef\u3200-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f\u{1f200}-\u{1f2ff}\u{20000}-\u{2a6df}\u{2a700}-\u{2ebef}\u{2f800}-\u{2fa1f}]`;
const letter = `[${cased}${uncased}]`;
const lower = String.raw`[[${cased}&&[\p{Ll}\p{Lo}]]${uncased}]`;
const upper = String.raw`[[${cased}&&[\p{Lu}\p{Lo}]]${uncased}]`;

const punctuation = String.raw`…,:;!?¿؟¡\(\)\[\]\{\}<>_\#*\&。？！，、；：～·।،۔؛٪`;
const quotes = String.raw`'"”“\`‘´’‚,„»«「」『』（）〔〕【】《》〈〉〈〉⟦⟧`;
const currency = "US\\$|C\\$|A\\$|[$£€¥฿₽﷼₴₠₡₢₣₤₥₦₧₨₩₪₫₭₮₯₰₱₲₳₵₶₷₸₹₺₻₼₾₿]";
const units =
  "km²|km³|km|m²|m³|m/s|mm²|mm³|mm|mbar|mb|mg|mph|m|dm²|dm³|dm|cm²|cm³|cm|ha|µm|µg|nm|yd|in|ft|kg|kmh|km/h|kb|g|gb|t|tb|lb|oz|hPa|Pa|MB|M|KB|K|GB|G|TB|T|%|км²|км³|км/ч|км|м²|м³|м/с|м|дм²|дм³|дм|см²|см³|см|мм²|мм³|мм|мг|мб|нм|кг|кПа|кб|г|гб|Па|мбар|Кб|КБ|Мб|МБ|Гб|ГБ|Тб|ТБ";

const prefix = new RegExp(String.raw`[§%=—–${punctuation}${quotes}]|\+(?![0-9])|\.\.+|${currency}|\p{So}`, "vy");
/** Looked for in the end of the text only: nothing in it is longer than `longestSuffix` but a row of dots. */
const suffix = new RegExp(
  String.raw`(?:……|[—–${punctuation}${quotes}]|\.\.+|\p{So}|['’][sS]|(?<=[0-9])\+|(?<=°[FfCcKk])\.|(?<=[0-9])(?:${currency}|${units})|(?<=[0-9${lower}%²\-+\|${punctuation}${quotes}])\.|(?<=${upper}${upper})\.)$`,
  "v",
);
const longestSuffix = 16;
const infix = new RegExp(
  String.raw`\.\.+|…|\p{So}|(?<=[0-9])[+\-*^](?=[0-9\-])|(?<=[${lower}${quotes}])\.(?=[${upper}${quotes}])|(?<=${letter}),(?=${letter})|(?<=[${letter}0-9])(?:-{1,3}|–|——?|~)(?=${letter})|(?<=[${letter}0-9])[:<>=\/](?=${letter})`,
  "vg",
);

const longestException = Math.max(...Array.from(exceptions.keys(), ({ length }) => length));

const isException = (text: string): boolean => text.length <= longestException && exceptions.has(text);

function suffixLength(text: string): number {
  const tail = text.slice(-longestSuffix);
  const found = suffix.exec(tail);
  if (!found) return 0;
  let dots = 0;
  while (text.charCodeAt(text.length - 1 - dots) === 46) dots++;
  return Math.max(dots > 1 ? dots : 0, tail.length - found.index);
}

function prefixLength(text: string): number {
  prefix.lastIndex = 0;
  return prefix.test(text) ? prefix.lastIndex : 0;
}

interface Peeled {
  readonly before: string[];
  readonly rest: string;
  /** Outermost first. */
  readonly after: string[];
}

function peel(chunk: string, stop: (text: string) => boolean): Peeled {
  const [before, after]: [string[], string[]] = [[], []];
  let rest = chunk;
  for (let size = -1; rest !== "" && rest.length !== size && !stop(rest);) {
    size = rest.length;
    const start = prefixLength(rest);
    if (start > 0 && stop(rest.slice(start))) {
      before.push(rest.slice(0, start));
      rest = rest.slice(start);
      break;
    }
    const end = suffixLength(rest.slice(start));
    if (end > 0 && stop(rest.slice(0, -end))) {
      after.push(rest.slice(-end));
      rest = rest.slice(0, -end);
      break;
    }
    if (start > 0) before.push(rest.slice(0, start));
    if (end > 0) after.push(rest.slice(-end));
    rest = rest.slice(start, rest.length - end);
  }
  return { before, rest, after };
}

const scheme = /^[\w+\-.]{2,}:\/\//;
const host = new RegExp(
  String.raw`(?:(?!(?:10|127)(?:\.\d{1,3}){3})(?!(?:169\.254|192\.168)(?:\.\d{1,3}){2})(?!172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2})(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3])(?:\.(?:1?\d{1,2}|2[0-4]\d|25[0-5])){2}\.(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-4])|(?:[a-zA-Z0-9\u00a1-\uffff](?:[a-zA-Z0-9\u00a1-\uffff_\-]{0,62}[a-zA-Z0-9\u00a1-\uffff])?\.)+${lower}{2,63})(?::\d{2,5})?(?:[\/?\#]\S*)?$`,
  "vy",
);

/** A web address with or without scheme and user, or an e-mail address. Tried at the start and behind every @, so that nothing backtracks. */
function isUrl(text: string): boolean {
  if (!text.includes(".")) return false;
  const starts = [scheme.exec(text)?.[0].length ?? 0, 0];
  for (let at = text.indexOf("@", 1); at > 0 && starts.length < 16; at = text.indexOf("@", at + 1)) starts.push(at + 1);
  return starts.some((start) => {
    host.lastIndex = start;
    return host.test(text);
  });
}

/** Without such a sign there is nothing to split; most words have none. */
const maybeInfix = /[^\p{L}\p{N}'’]/u;

function splitInfixes(text: string): string[] {
  if (!maybeInfix.test(text)) return [text];
  const parts: string[] = [];
  let start = 0;
  for (const { 0: sign, index } of text.matchAll(infix)) {
    // What a text starts with is no infix of it.
    if (index === 0) continue;
    if (index !== start) parts.push(text.slice(start, index));
    parts.push(sign);
    start = index + sign.length;
  }
  if (start < text.length) parts.push(text.slice(start));
  return parts;
}

function splitByRules(chunk: string, stop: (text: string) => boolean): string[] {
  const { before, rest, after } = peel(chunk, stop);
  const whole = rest === "" ? [] : (stop(rest) && exceptions.get(rest)) || (isUrl(rest) ? [rest] : splitInfixes(rest));
  return [...before, ...whole, ...after.toReversed()];
}

/** Exceptions that rules would cut: their pieces are joined again wherever they stand side by side, by the first piece. */
const rejoined = new Map<string, { readonly text: string; readonly pieces: readonly string[] }[]>();
for (const text of exceptions.keys()) {
  const pieces = splitByRules(text, () => false);
  if (pieces.length === 1 && prefixLength(text) === 0 && suffixLength(text) === 0) continue;
  rejoined.set(pieces[0]!, [...(rejoined.get(pieces[0]!) ?? []), { text, pieces }]);
}

function rejoin(tokens: string[]): string[] {
  const found = tokens.flatMap((token, start) =>
    (rejoined.get(token) ?? [])
      .filter(({ pieces }) => pieces.every((piece, i) => tokens[start + i] === piece))
      .map(({ text, pieces }) => ({ text, start, end: start + pieces.length })),
  );
  if (found.length === 0) return tokens;
  const taken = new Set<number>();
  const chosen = new Map<number, (typeof found)[number]>();
  // The longest first, then the first.
  for (const match of found.toSorted((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start)) {
    if (!taken.has(match.start) && !taken.has(match.end - 1)) chosen.set(match.start, match);
    for (let i = match.start; i < match.end; i++) taken.add(i);
  }
  const joined: string[] = [];
  for (let i = 0; i < tokens.length;) {
    const match = chosen.get(i);
    joined.push(...(match ? exceptions.get(match.text)! : [tokens[i]!]));
    i = match?.end ?? i + 1;
  }
  return joined;
}

/** Tokens of a text without white space, in order; joined they are the text. */
export function splitEnglish(chunk: string): readonly string[] {
  return exceptions.get(chunk) ?? rejoin(splitByRules(chunk, isException));
}
