// The corpus of the built-in embedder: WordNet 3.0 (its licence lets anyone use it, with the notice in embedder/README.md) as rows of
// neighbouring passages. `node packages/builtin/wordnet.ts FROM > wordnet.jsonl`, FROM the directory with data.noun and the like
// (Debian: apt-get install wordnet-base, then /usr/share/wordnet).
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Synset {
  readonly words: readonly string[];
  readonly definition: string;
  readonly examples: readonly string[];
  /** Synsets that say more generally what this one is, what it is derived from, or what field it belongs to. */
  readonly related: readonly string[];
}

const files = { n: "data.noun", v: "data.verb", a: "data.adj", r: "data.adv" } as const;

/** Hypernym, derivation, whole, domain, pertainym and attribute (wninput(5WN)). */
const relations = new Set(["@", "&", "+", "%p", "#p", "=", ";c"]);

function readSynset(line: string): Synset {
  const [head = "", gloss = ""] = line.split(" | ", 2);
  const fields = head.split(" ");
  const wordCount = Number.parseInt(fields[3] ?? "0", 16);
  const words = Array.from({ length: wordCount }, (_, i) => fields[4 + 2 * i] ?? "");
  const pointersAt = 4 + 2 * wordCount;
  const pointers = Array.from({ length: Number(fields[pointersAt]) }, (_, i) =>
    fields.slice(pointersAt + 1 + 4 * i, pointersAt + 5 + 4 * i),
  );
  const parts = gloss
    .trim()
    .split("; ")
    .map((part) => part.trim());
  return {
    words: words.map((word) => word.replaceAll("_", " ").replace(/\((?:a|p|ip)\)$/, "")),
    definition: parts.filter((part) => !part.startsWith('"')).join("; "),
    examples: parts.filter((part) => part.startsWith('"')).map((part) => part.replaceAll('"', "")),
    related: pointers.flatMap(([symbol = "", offset = "", part = ""]) =>
      relations.has(symbol) ? [(part === "s" ? "a" : part) + offset] : [],
    ),
  };
}

function readSynsets(from: string): Map<string, Synset> {
  const synsets = new Map<string, Synset>();
  for (const [part, file] of Object.entries(files)) {
    for (const line of readFileSync(join(from, file), "latin1").split("\n")) {
      if (/^\d/.test(line)) synsets.set(part + line.slice(0, 8), readSynset(line));
    }
  }
  return synsets;
}

const described = ({ words, definition }: Synset) => `${words.join(", ")}: ${definition}`;

const [from = "/usr/share/wordnet"] = process.argv.slice(2);
const synsets = readSynsets(from);
let document = 0;
const write = (passages: readonly string[]) => {
  document++;
  process.stdout.write(passages.map((text) => `${JSON.stringify({ document, text })}\n`).join(""));
};
for (const synset of synsets.values()) {
  write([synset.words.join(", "), synset.definition, ...synset.examples]);
  const near = synset.related.flatMap((id) => synsets.get(id) ?? []);
  for (const other of near.slice(0, 2)) write([described(synset), described(other)]);
}
