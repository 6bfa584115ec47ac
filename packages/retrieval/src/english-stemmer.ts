// Snowball's English stemmer ("Porter 2", snowballstem.org/algorithms/english/stemmer.html), written from its description.
// Words are lower-case; anything of two letters or fewer stays. Y marks a y that is a consonant.

const exceptions: Readonly<Record<string, string>> = {
  skis: "ski",
  skies: "sky",
  idly: "idl",
  gently: "gentl",
  ugly: "ugli",
  early: "earli",
  only: "onli",
  singly: "singl",
  sky: "sky",
  news: "news",
  howe: "howe",
  atlas: "atlas",
  cosmos: "cosmos",
  bias: "bias",
  andes: "andes",
};
const afterPlural = new Set(["inning", "outing", "canning", "herring", "earring", "evening"]);

const vowel = "[aeiouy]";
const doubles = /(bb|dd|ff|gg|mm|nn|pp|rr|tt)$/;
/** The first consonant after a vowel, with all before it. */
const region = /^[^aeiouy]*[aeiouy]+[^aeiouy]/;
const specialRegion = /^(gener|commun|arsen|past|univers|later|emerg|organ|inter)/;
const hasVowel = new RegExp(vowel);
/** Ends in a short syllable. */
const short = /([^aeiouy][aeiouy][^aeiouywxY]|^[aeiouy][^aeiouy]|^past)$/;

interface Regions {
  readonly r1: number;
  readonly r2: number;
}

function regionsOf(word: string): Regions {
  const r1 = (specialRegion.exec(word) ?? region.exec(word))?.[0].length ?? word.length;
  const r2 = r1 + (region.exec(word.slice(r1))?.[0].length ?? word.length - r1);
  return { r1, r2 };
}

export function stemEnglish(given: string): string {
  if (given.length <= 2) return given;
  const exception = Object.hasOwn(exceptions, given) ? exceptions[given] : undefined;
  if (exception !== undefined) return exception;
  let word = given.replace(/^'/, "").replace(/^y|([aeiouy])y/g, "$1Y");
  const regions = regionsOf(word);
  word = plural(word.replace(/('s'|'s|')$/, ""));
  if (afterPlural.has(word)) return word;
  word = pastOrGerund(word, regions);
  word = word.replace(/(?<=.[^aeiouy])[yY]$/, "i");
  word = longSuffix(word, regions);
  word = middleSuffix(word, regions);
  word = lastSuffix(word, regions);
  return finalLetter(word, regions).replaceAll("Y", "y");
}

function plural(word: string): string {
  if (word.endsWith("sses")) return word.slice(0, -2);
  if (/(ied|ies)$/.test(word)) return word.slice(0, word.length > 4 ? -2 : -1);
  if (/(us|ss)$/.test(word)) return word;
  // A vowel somewhere before the letter that stands right before the s.
  return word.endsWith("s") && hasVowel.test(word.slice(0, -2)) ? word.slice(0, -1) : word;
}

function pastOrGerund(word: string, { r1 }: Regions): string {
  const eed = /(eedly|eed)$/.exec(word);
  if (eed) {
    if (/^(proc|exc|succ)eed/.test(word) && eed.index <= 4) return word;
    return eed.index >= r1 ? `${word.slice(0, eed.index)}ee` : word;
  }
  const suffix = /(ingly|edly|ing|ed)$/.exec(word)?.[0];
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  if (suffix.startsWith("ing")) {
    // dying → die, but not "string"
    if (/^[^aeiouy]y$/.test(stem) && suffix === "ing") return `${stem.slice(0, -1)}ie`;
  }
  if (!hasVowel.test(stem)) return word;
  if (/(at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (doubles.test(stem)) return /^[aeo](.)\1$/.test(stem) ? stem : stem.slice(0, -1);
  return stem.length <= r1 && short.test(stem) ? `${stem}e` : stem;
}

const longSuffixes: readonly [suffix: string, by: string][] = [
  ["ization", "ize"],
  ["ational", "ate"],
  ["ousness", "ous"],
  ["iveness", "ive"],
  ["fulness", "ful"],
  ["tional", "tion"],
  ["lessli", "less"],
  ["biliti", "ble"],
  ["entli", "ent"],
  ["ation", "ate"],
  ["alism", "al"],
  ["aliti", "al"],
  ["fulli", "ful"],
  ["ousli", "ous"],
  ["iviti", "ive"],
  ["ogist", "og"],
  ["enci", "ence"],
  ["anci", "ance"],
  ["abli", "able"],
  ["izer", "ize"],
  ["ator", "ate"],
  ["alli", "al"],
  ["bli", "ble"],
];

function longSuffix(word: string, { r1 }: Regions): string {
  const found = longSuffixes.find(([suffix]) => word.endsWith(suffix));
  if (found) {
    const at = word.length - found[0].length;
    return at >= r1 ? word.slice(0, at) + found[1] : word;
  }
  if (word.endsWith("ogi")) return word.length - 3 >= r1 && word.endsWith("logi") ? word.slice(0, -1) : word;
  if (/[cdeghkmnrt]li$/.test(word)) return word.length - 2 >= r1 ? word.slice(0, -2) : word;
  return word;
}

const middleSuffixes: readonly [suffix: string, by: string][] = [
  ["ational", "ate"],
  ["tional", "tion"],
  ["alize", "al"],
  ["icate", "ic"],
  ["iciti", "ic"],
  ["ical", "ic"],
  ["ness", ""],
  ["ful", ""],
];

function middleSuffix(word: string, { r1, r2 }: Regions): string {
  if (word.endsWith("ative")) return word.length - 5 >= r2 ? word.slice(0, -5) : word;
  const found = middleSuffixes.find(([suffix]) => word.endsWith(suffix));
  if (!found || word.length - found[0].length < r1) return word;
  return word.slice(0, -found[0].length) + found[1];
}

const lastSuffixes = /(ement|ance|ence|able|ible|ment|ant|ent|ism|ate|iti|ous|ive|ize|ion|al|er|ic)$/;

function lastSuffix(word: string, { r2 }: Regions): string {
  const found = lastSuffixes.exec(word);
  if (!found || found.index < r2) return word;
  const stem = word.slice(0, found.index);
  return found[0] !== "ion" || /[st]$/.test(stem) ? stem : word;
}

function finalLetter(word: string, { r1, r2 }: Regions): string {
  const stem = word.slice(0, -1);
  if (word.endsWith("e")) return stem.length >= r2 || (stem.length >= r1 && !short.test(stem)) ? stem : word;
  return word.endsWith("ll") && stem.length >= r2 ? stem : word;
}
