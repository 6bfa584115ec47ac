// Laws of the corpus: the same seed gives the same text, the text is clean simple English, and nothing contradicts the fact table.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { marks, rendered } from "./chat.ts";
import { kinds, makeDocument, type Kind, type TinyDocument } from "./document.ts";
import { tidy } from "./grammar.ts";
import { randomFor } from "./random.ts";
import { tellStory } from "./story.ts";
import { people } from "./world.ts";

const mix = Object.fromEntries(kinds.map((kind) => [kind, 1])) as Record<Kind, number>;
const only = (kind: Kind) => ({
  ...(Object.fromEntries(kinds.map((each) => [each, 0])) as Record<Kind, number>),
  [kind]: 1,
});
const seeds = fc.integer({ min: 0, max: 0xffffffff });
const indexes = fc.nat({ max: 1_000_000 });

/** What is not typed by a user: stories and answers. Users are careless. */
const told = ({ text, messages }: TinyDocument): readonly string[] =>
  messages.length === 0 ? [text] : messages.filter(({ role }) => role === "assistant").map(({ content }) => content);

/** A pattern that captures which of the values stands there. */
const oneOf = (values: readonly string[]): string => `(${[...new Set(values)].join("|")})`;

/** The document without its role marks, one line a turn. */
const spoken = (text: string): string => text.replace(/<\|end\|>/g, "\n").replace(/<\|\w+\|>/g, "");

const forEveryDocument = (check: (text: string, made: TinyDocument) => void): void =>
  fc.assert(
    fc.property(seeds, indexes, (seed, index) => {
      const made = makeDocument(seed, index, mix);
      check(spoken(made.text), made);
    }),
    { numRuns: 3000 },
  );

describe("seeds", () => {
  test("the same seed and index give the same document", () => {
    fc.assert(
      fc.property(seeds, indexes, (seed, index) => {
        expect(makeDocument(seed, index, mix)).toEqual(makeDocument(seed, index, mix));
      }),
    );
  });

  test("a weight of 0 leaves a kind out, and equal weights give every kind", () => {
    for (const kind of kinds) expect(makeDocument(3, 5, only(kind)).kind).toBe(kind);
    const drawn = new Set(Array.from({ length: 400 }, (_, i) => makeDocument(7, i, mix).kind));
    expect([...drawn].sort()).toEqual([...kinds].sort());
  });

  test("of 2,000 stories hardly two are the same", () => {
    const told = new Set(Array.from({ length: 2000 }, (_, i) => makeDocument(11, i, only("story")).text));
    expect(told.size).toBeGreaterThan(1990);
  });

  test("all weights 0 is refused", () => {
    expect(() => makeDocument(1, 1, { ...only("story"), story: 0 })).toThrow("every kind has weight 0");
  });
});

describe("grammar", () => {
  test("no bracket, slot or bar is left, no doubled space, no space before a mark", () => {
    forEveryDocument((text) => {
      expect(text).not.toMatch(/[[\]{}|]| {2}| [.,!?;:]|undefined/);
    });
  });

  test("what is told starts with a capital, ends with a mark, and closes its quotations", () => {
    forEveryDocument((_, made) => {
      for (const line of told(made)) {
        expect(line).toMatch(/^["A-Z]/);
        expect(line).toMatch(/[.!?]"?$/);
        expect(line).not.toMatch(/\. "?[a-z]/);
        expect((line.match(/"/g) ?? []).length % 2).toBe(0);
      }
    });
  });

  test("the article is right", () => {
    forEveryDocument((text) => {
      expect(text).not.toMatch(/\b[Aa] [aeio]|\b[Aa]n (?!hour)[^aeiou]|\b([Aa]n?|[Tt]he) (a|an|the)\b/);
    });
    expect(tidy('a owl saw a user. "is it a egg?" asked a one-eyed cat. "no!" he said. so it went.')).toBe(
      'An owl saw a user. "Is it an egg?" asked a one-eyed cat. "No!" he said. So it went.',
    );
  });

  test("4,000 documents use fewer than 1,500 different words", () => {
    const words = new Set<string>();
    for (let i = 0; i < 4000; i++)
      for (const word of spoken(makeDocument(5, i, mix).text)
        .toLowerCase()
        .match(/[a-z]+/g) ?? [])
        words.add(word);
    expect(words.size).toBeLessThan(1500);
    expect(words.size).toBeGreaterThan(800);
  });

  test("stories have 40 to 160 words", () => {
    fc.assert(
      fc.property(seeds, indexes, fc.boolean(), (seed, index, short) => {
        const count = tellStory(randomFor(seed, index), { short }).text.split(/\s+/).length;
        expect(count).toBeGreaterThanOrEqual(40);
        expect(count).toBeLessThanOrEqual(160);
      }),
      { numRuns: 2000 },
    );
  });

  test("conversations alternate, end with the assistant, and the text renders the messages", () => {
    fc.assert(
      fc.property(seeds, indexes, (seed, index) => {
        const { kind, messages, text } = makeDocument(seed, index, mix);
        expect(messages.length === 0).toBe(kind === "story");
        if (kind === "story") return;
        const turns = messages.filter(({ role }, at) => at > 0 || role !== "system");
        expect(turns.map((turn) => turn.role)).toEqual(turns.map((_, i) => (i % 2 === 0 ? "user" : "assistant")));
        expect(turns.length % 2).toBe(0);
        expect(text).toBe(rendered(messages));
        expect(text.endsWith(marks.end)).toBe(true);
      }),
    );
  });
});

describe("facts", () => {
  const adults = people.filter((person) => !person.child);
  const roles = oneOf(adults.map((person) => person.role));
  const homes = oneOf(people.map((person) => person.home));
  const foods = oneOf(people.map((person) => person.food));
  const fears = oneOf(people.map((person) => person.fear));
  const petKinds = oneOf(people.map((person) => person.pet.kind));
  const things = oneOf(people.map((person) => person.thing));
  const claims = people.flatMap((person) => [
    { claim: new RegExp(`\\b${person.name},? (?:is |was )?the ${roles}`, "g"), truth: person.role },
    { claim: new RegExp(`\\b${person.name} (?:the \\w+ )?live[sd] in ${homes}`, "g"), truth: person.home },
    { claim: new RegExp(`\\b${person.name} (?:likes|loved) ${foods}`, "g"), truth: person.food },
    { claim: new RegExp(`\\b${person.name} is afraid of ${fears}`, "g"), truth: person.fear },
    { claim: new RegExp(`\\b${person.pet.name} (?:is )?the ${petKinds}`, "g"), truth: person.pet.kind },
    {
      claim: new RegExp(`\\b${person.pet.name} (?:the \\w+ )?is the ${petKinds} of ${person.name}`, "g"),
      truth: person.pet.kind,
    },
    { claim: new RegExp(`\\bknew ${person.name} and (?:his|her) \\w+ ${things}`, "g"), truth: person.thing },
    { claim: new RegExp(`\\b${person.name} and (?:his|her) (\\w+) ${person.thing}`, "g"), truth: person.colour },
  ]);

  test("what a document says about people and animals is in the fact table", () => {
    let checked = 0;
    forEveryDocument((_, made) => {
      const stated = told(made).join("\n");
      for (const { claim, truth } of claims)
        for (const [sentence, said] of stated.matchAll(claim)) {
          expect(said, sentence).toBe(truth);
          checked++;
        }
    });
    expect(checked).toBeGreaterThan(1000);
  });

  test("nobody is a person and somebody else's animal, and names are not shared", () => {
    const names = [...people.map((person) => person.name), ...people.map((person) => person.pet.name)];
    expect(new Set(names).size).toBe(names.length);
    for (const person of people.filter((each) => each.kin)) {
      const elder = people.find((other) => other.name === person.kin?.of);
      expect(elder?.home).toBe(person.home);
    }
  });

  test("what fine-tuning adds is not here yet", () => {
    forEveryDocument((text) => {
      expect(text).not.toMatch(/lantern|festival|feast|juna|ember|ahoy|captain|tinker/i);
    });
  });
});
