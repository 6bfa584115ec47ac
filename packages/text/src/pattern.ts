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

/**
 * \s as Unicode white space, \A and \z as anchors, possessive quantifiers as greedy, nested classes as one, escapes that the
 * u flag refuses as literals.
 */
function translate(source: string): string {
  let out = "";
  let classDepth = 0;
  let afterQuantifier = false;
  for (let i = 0; i < source.length; i++) {
    const rest = source.slice(i);
    const token = /^(?:\\(?:[pPux]\{[^}]*\}|[pP].|.)|\(\?(?:[a-z-]*:|<?[=!])|\{\d*,?\d*\}\+?|.)/su.exec(rest)![0];
    i += token.length - 1;
    if (token.startsWith("\\")) out += translateEscape(token.slice(1), classDepth > 0);
    else if (token === "[" || token === "]") {
      classDepth += token === "[" ? 1 : -1;
      if (token === "[" && classDepth > 1 && source[i + 1] === "^") throw new Error("a negated class inside a class");
      // A class inside a class is a union: its brackets say nothing.
      out += classDepth === (token === "[" ? 1 : 0) ? token : "";
    } else if (classDepth > 0) {
      if (rest.startsWith("&&")) throw new Error("an intersection of classes");
      out += token;
    } else if (token.startsWith("{")) out += translateInterval(token);
    // A quantifier followed by + is possessive. The patterns in use stay the same without it: what follows cannot match
    // what the quantified class gives up.
    else if (token !== "+" || !afterQuantifier) out += token;
    afterQuantifier = classDepth === 0 && /^[?*+]$/.test(token) && !afterQuantifier;
  }
  return out;
}

/** {n,m} as it is; {n,m}+ is no possessive interval but a repeated one, and a brace that counts nothing is a literal. */
function translateInterval(token: string): string {
  const match = /^\{(\d*)(,?)(\d*)\}(\+?)$/.exec(token)!;
  const [, least = "", comma, most = "", repeat] = match;
  if (least === "" && most === "") return `\\{${comma}\\}${repeat}`;
  if (repeat === "") return `{${least === "" ? "0" : least}${comma}${most}}`;
  if (least === "" || least === "0") return "*";
  if (least === "1") return "+";
  throw new Error(`a repeated interval ${token}`);
}

/** Word characters of Oniguruma and Rust, which JavaScript's \w leaves to ASCII. */
const wordSet = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}";

function translateEscape(escape: string, isInClass: boolean): string {
  if (escape.length > 1) return `\\${escape.replace(/^x\{/, "u{")}`;
  switch (escape) {
    case "s":
      return "\\p{White_Space}";
    case "S":
      return "\\P{White_Space}";
    case "d":
      return "\\p{Nd}";
    case "D":
      return "\\P{Nd}";
    case "w":
      return isInClass ? wordSet : `[${wordSet}]`;
    case "W":
      if (isInClass) throw new Error("\\W inside a class");
      return `[^${wordSet}]`;
    case "b":
      return `(?:(?<=[${wordSet}])(?![${wordSet}])|(?<![${wordSet}])(?=[${wordSet}]))`;
    case "h":
      return isInClass ? "0-9a-fA-F" : "[0-9a-fA-F]";
    case "A":
      return "^";
    case "z":
    case "Z":
      return "$";
    default:
      return /[A-Za-z0-9^$\\.*+?()[\]{}|/-]/.test(escape) ? `\\${escape}` : escape;
  }
}
