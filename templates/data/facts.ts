// Makes the prompts of the templates that let the built-in model write data; all are about facts of its village.
// facts.jsonl: `question` asks for a fact in words that the model knows, `short` in a notation that it has never seen, `fact` is what a
// true answer says. questions.jsonl: each fact asked for in several wordings, with no answer beside it.
// Run from the repository's root: node templates/data/facts.ts

import { writeFileSync } from "node:fs";
import { people, type Person } from "@heddle/nodes/tiny-world/world.ts";

interface Topic {
  readonly topic: string;
  readonly fact: (person: Person) => string;
  readonly wordings: readonly ((name: string) => string)[];
}

const topics: readonly Topic[] = [
  {
    topic: "food",
    fact: ({ food }) => food,
    wordings: [
      (name) => `What does ${name} like to eat?`,
      (name) => `What is the favourite food of ${name}?`,
      (name) => `What does ${name} eat?`,
    ],
  },
  {
    topic: "home",
    fact: ({ home }) => home,
    wordings: [
      (name) => `Where does ${name} live?`,
      (name) => `Where is the home of ${name}?`,
      (name) => `Where is ${name}'s home?`,
    ],
  },
  {
    topic: "fear",
    fact: ({ fear }) => fear,
    wordings: [(name) => `What is ${name} afraid of?`, (name) => `What does ${name} fear?`],
  },
  {
    topic: "work",
    fact: ({ work }) => work,
    wordings: [(name) => `What does ${name} do?`, (name) => `What is the work of ${name}?`],
  },
  {
    topic: "nature",
    fact: ({ trait }) => trait,
    wordings: [(name) => `What is ${name} like?`, (name) => `How would you describe ${name}?`],
  },
  {
    topic: "animal",
    fact: ({ pet }) => pet.kind,
    wordings: [(name) => `Which animal does ${name} have?`, (name) => `Does ${name} have an animal?`],
  },
];

export function facts() {
  return people.flatMap((person) =>
    topics.map(({ topic, fact, wordings: [ask] }) => ({
      person: person.name,
      topic,
      question: ask?.(person.name) ?? "",
      short: `${topic}: ${person.name}`,
      fact: fact(person),
    })),
  );
}

export function questions() {
  return people.flatMap(({ name }) => topics.flatMap(({ wordings }) => wordings.map((ask) => ({ prompt: ask(name) }))));
}

if (import.meta.main) {
  for (const [name, rows] of Object.entries({ facts: facts(), questions: questions() })) {
    const lines = rows.map((row) => JSON.stringify(row));
    writeFileSync(new URL(`${name}.jsonl`, import.meta.url), `${lines.join("\n")}\n`);
  }
}
