// The template language of the tiny world. "[a|b|c]" says one of its branches (they nest, and may be
// empty), "{slot}" says what the scope binds. Afterwards sentences get their capitals, "a" becomes "an".

import type { Random } from "./random.ts";

export type Scope = Readonly<Record<string, string>>;

/** The words of `template` with every choice made and every slot filled; slots may hold templates. */
export function say(template: string, scope: Scope, random: Random): string {
  let text = choose(template, random);
  for (let depth = 0; text.includes("{"); depth++) {
    if (depth > 4) throw new Error(`tiny world: slots refer to each other: ${template}`);
    text = text.replace(/\{([\w.]+)\}/g, (_, slot: string) => {
      const bound = scope[slot];
      if (bound === undefined) throw new Error(`tiny world: no slot ${slot} for: ${template}`);
      return choose(bound, random);
    });
  }
  return tidy(text);
}

/** Makes every choice and leaves slots alone. Innermost brackets first, so that nesting needs no parser. */
export function choose(template: string, random: Random): string {
  let text = template;
  while (text.includes("[")) {
    const before = text;
    text = text.replace(/\[([^[\]]*)\]/g, (_, inner: string) => random.pick(inner.split("|")));
    if (text === before) throw new Error(`tiny world: a bracket is not closed: ${template}`);
  }
  return text;
}

const speech = "(?:(?:he|she) )?(?:asked|said|cried|called|whispered|thought)";

/** Where a sentence starts; `"Who is it?" asked Tom` goes on after the mark. */
const sentenceStart = new RegExp(`(^"?|[.!?] "?|[.]" "?|[!?]" (?!${speech})"?|\\n)([a-z])`, "g");

/** Single spaces, no space before a mark, capitals where sentences and quotations start, "an" before vowels. */
export function tidy(text: string): string {
  return text
    .replace(/[ \t]+/g, " ")
    .replace(/ ([.,!?;:])/g, "$1")
    .replace(/ \n|\n /g, "\n")
    .trim()
    .replace(/\b([Aa]) (?=[aeiou])(?!one\b|use)/g, "$1n ")
    .replace(new RegExp(`\\." (?=${speech})`, "g"), '," ')
    .replace(sentenceStart, (_, before: string, letter: string) => before + letter.toUpperCase());
}

/** "hens, ducks and cats" */
export function listed(words: readonly string[]): string {
  const last = words.at(-1);
  if (last === undefined) return "";
  return words.length === 1 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}
