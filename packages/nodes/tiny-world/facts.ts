// Questions about the people of the village. Every answer is read off the fact table.

import { exchange, type Turn } from "./chat.ts";
import { listed, say } from "./grammar.ts";
import type { Random } from "./random.ts";
import { people, type Person } from "./world.ts";

type Pair = readonly [question: string, answer: string];

const pronoun = (sex: "she" | "he") => (sex === "she" ? { he: "she", his: "her" } : { he: "he", his: "his" });

const be = (person: Person): string => (person.thing === "boots" ? "are" : "is");

export function portrait(person: Person): string {
  const { he, his } = pronoun(person.sex);
  const pet = person.pet;
  return person.kin
    ? `${person.name} is a ${person.trait} ${person.role}. ${he} is the ${person.kin.as} of ${person.kin.of} and lives in ${person.home}. ${he} has a ${pet.kind} named ${pet.name}.`
    : `${person.name} is the ${person.role} of the village. ${he} is ${person.trait} and lives in ${person.home} with ${his} ${pet.kind} ${pet.name}.`;
}

/** Questions about one person, each with its true answer. */
function about(person: Person): readonly Pair[] {
  const { name, pet } = person;
  const { he } = pronoun(person.sex);
  const its = pronoun(pet.sex).his;
  return [
    [
      `[Who is ${name}?|Tell me about ${name}.|Tell me something about ${name}.|What do you know about ${name}?]`,
      portrait(person),
    ],
    [
      `[What does ${name} do?|What does ${name} do all day?|What is the work of ${name}?|What is ${name}'s work?]`,
      `${name} ${person.work}.`,
    ],
    [
      `[Where does ${name} live?|Where is the home of ${name}?|Where is ${name}'s home?]`,
      `${name} lives in ${person.home}.`,
    ],
    [
      `[What does ${name} like to eat?|What is the favourite food of ${name}?|What is ${name}'s favourite food?|What does ${name} like?|What does ${name} eat?]`,
      `${name} likes ${person.food}.`,
    ],
    [`[What is ${name} afraid of?|What does ${name} fear?]`, `${name} is afraid of ${person.fear}.`],
    [`[What is ${name} like?|How would you describe ${name}?]`, `${name} is ${person.trait}.`],
    [
      `[Which animal does ${name} have?|Does ${name} have an animal?]`,
      `${name} has a ${pet.colour} ${pet.kind}. ${its} name is ${pet.name}.`,
    ],
    [
      `[What is the name of the ${pet.kind} of ${name}?|What is the ${pet.kind} of ${name} called?|What is the name of ${name}'s ${pet.kind}?]`,
      `The ${pet.kind} of ${name} is called ${pet.name}.`,
    ],
    [`Who is ${pet.name}?`, `${pet.name} is the ${pet.kind} of ${name}.`],
    [`What colour is ${pet.name}?`, `${pet.name} the ${pet.kind} is ${pet.colour}.`],
    [
      `[What colour ${be(person)} the ${person.thing} of ${name}?|What colour ${be(person)} ${name}'s ${person.thing}?]`,
      `The ${person.thing} of ${name} ${be(person)} ${person.colour}.`,
    ],
    [
      `[Who has a ${pet.kind}?|Whose ${pet.kind} is ${pet.name}?]`,
      `${name} has a ${pet.kind}. ${its} name is ${pet.name}.`,
    ],
    [`Who likes ${person.food}?`, `${name} likes ${person.food}.`],
    [`Who is afraid of ${person.fear}?`, `${name} is afraid of ${person.fear}.`],
    [`Who lives in ${person.home}?`, livesIn(person)],
    [`What is ${name} good at?`, `${name} ${person.work}, and ${he} is very ${person.trait}.`],
    ...(person.kin
      ? ([
          [`Who is the ${person.kin.elder} of ${name}?`, `${person.kin.of} is the ${person.kin.elder} of ${name}.`],
          [`Is ${name} a child?`, `Yes, ${name} is a ${person.role}.`],
        ] as const)
      : ([
          [`[Who is the ${person.role}?|Who is the ${person.role} of the village?]`, `${name} is the ${person.role}.`],
          [`Who ${person.work}?`, `${name} ${person.work}. ${he} is the ${person.role}.`],
        ] as const)),
  ];
}

function livesIn(person: Person): string {
  const names = people.filter((other) => other.home === person.home).map((other) => other.name);
  return `${listed(names)} ${names.length > 1 ? "live" : "lives"} in ${person.home}.`;
}

/** Yes-or-no questions; a no says what is true instead. */
function yesNo(person: Person, other: Person): readonly Pair[] {
  const same = person === other;
  const yes = same ? "Yes" : "No";
  const { name } = person;
  const sorted: Pair[] = [
    [`Does ${name} like ${other.food}?`, `${yes}, ${name} likes ${person.food}.`],
    [`Is ${name} afraid of ${other.fear}?`, `${yes}, ${name} is afraid of ${person.fear}.`],
    [`Does ${name} have a ${other.pet.kind}?`, `${yes}, ${name} has a ${person.pet.kind}.`],
    [
      `Is ${other.pet.name} the ${other.pet.kind} of ${name}?`,
      `${yes}, ${other.pet.name} is the ${other.pet.kind} of ${other.name}.`,
    ],
  ];
  if (!person.child && !other.child)
    sorted.push([`Is ${name} the ${other.role}?`, `${yes}, ${name} is the ${person.role}.`]);
  if (same || person.home !== other.home)
    sorted.push([`Does ${name} live in ${other.home}?`, `${yes}, ${name} lives in ${person.home}.`]);
  return sorted;
}

const gatherings: readonly Pair[] = [
  [
    "[Who lives in the village?|Name the people of the village.]",
    `${listed(people.map((person) => person.name))} live in the village.`,
  ],
  [
    "[Which children live in the village?|Name the children of the village.]",
    `${listed(people.filter((p) => p.child).map((p) => p.name))} are the children of the village.`,
  ],
  ["Where is the village?", "The village is by a river, between the forest and the hill."],
  [
    "What is in the village?",
    "There is a mill, a bakery, a workshop, a square with a well, and a bridge over the river.",
  ],
  ["What is the name of the river?", "The people just call it the river."],
];

export function factChat(random: Random): readonly Turn[] {
  const turns: Turn[] = [];
  let person = random.pick(people);
  const count = random.pick([1, 1, 2, 3]);
  for (let asked = 0; asked < count; asked++) {
    if (random.chance(0.3)) person = random.pick(people);
    const [question, answer] = factPair(person, random);
    turns.push(...exchange(say(question, {}, random), say(answer, {}, random)));
  }
  return turns;
}

function factPair(person: Person, random: Random): Pair {
  if (random.chance(0.05)) return random.pick(gatherings);
  if (random.chance(0.3)) return random.pick(yesNo(person, random.chance(0.5) ? person : random.pick(people)));
  return random.pick(about(person));
}
