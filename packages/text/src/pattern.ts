// Regular expressions as tokenizer.json writes them (Oniguruma's and Rust's dialects) as JavaScript's.

import { isObject } from "./json-fields.ts";

/** A global, Unicode-aware expression for a `{ "String": … }` or `{ "Regex": … }` pattern of tokenizer.json. */
export function compilePattern(pattern: unknown, place: string): RegExp {
  if (typeof pattern === "string") return new RegExp(escapeLiteral(pattern), "gu");
  if (isObject(pattern) && typeof pattern["String"] === "string")
    return new RegExp(escapeLiteral(pattern["String"]), "gu");
  if (isObject(pattern) && typeof pattern["Regex"] === "string") return compileRegex(pattern["Regex"], place);
  throw new Error(`${place}: pattern is neither a String nor a Regex`);
}

export function compileRegex(source: string, place: string): RegExp {
  try {
    return new RegExp(translate(source), "gu");
  } catch (cause) {
    throw new Error(`${place}: regular expression ${source} has no JavaScript form`, { cause });
  }
}

export function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

/** \s as Unicode white space, \A and \z as anchors, possessive quantifiers as greedy, escapes that the u flag refuses as literals. */
function translate(source: string): string {
  let out = "";
  let inClass = 0;
  let afterQuantifier = false;
  for (let i = 0; i < source.length; i++) {
    const character = source[i]!;
    if (character === "\\") {
      const escape = /^(?:[pPux]\{[^}]*\}|[pP].|.)/su.exec(source.slice(i + 1))?.[0] ?? "";
      out += escape.length > 1 ? `\\${escape}` : translateEscape(escape);
      i += escape.length;
      afterQuantifier = false;
      continue;
    }
    if (character === "[" && inClass > 0) {
      out += "\\[";
      continue;
    }
    if (character === "[") inClass++;
    if (character === "]" && inClass > 0) inClass--;
    // A quantifier followed by + is possessive. The patterns in use stay the same without it: what follows cannot match
    // what the quantified class gives up.
    if (inClass === 0 && character === "+" && afterQuantifier) {
      afterQuantifier = false;
      continue;
    }
    afterQuantifier = inClass === 0 && /[?*+}]/.test(character);
    if (character === "(" && source[i + 1] === "?") afterQuantifier = false;
    out += character;
    if (character === "(" && source[i + 1] === "?") out += source[++i]!;
  }
  return out;
}

function translateEscape(next: string): string {
  if (next === "s") return "\\p{White_Space}";
  if (next === "S") return "\\P{White_Space}";
  if (next === "d") return "\\p{Nd}";
  if (next === "D") return "\\P{Nd}";
  if (next === "h") return "[0-9a-fA-F]";
  if (next === "A") return "^";
  if (next === "z" || next === "Z") return "$";
  if (/[A-Za-z0-9^$\\.*+?()[\]{}|/-]/.test(next)) return `\\${next}`;
  return next;
}
