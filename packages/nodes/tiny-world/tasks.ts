// Small tasks: count, add, name, compare, complete.

import { exchange, type Turn } from "./chat.ts";
import { listed, say, tidy } from "./grammar.ts";
import { colourOf, days, groups, numbers, opposites, plainFacts, sounds, unarticled, type Group } from "./knowledge.ts";
import type { Random } from "./random.ts";
import { people, places, seasons } from "./world.ts";

type Pair = readonly [question: string, answer: string];
type Task = (random: Random) => Pair;

const number = (value: number): string => numbers[value] ?? String(value);
const span = (from: number, to: number): readonly string[] => numbers.slice(from, to + 1);
const withArticle = (word: string): string => (unarticled.has(word) ? word : `a ${word}`);

const counting: readonly Task[] = [
  (random) => {
    const last = 2 + random.below(11);
    return [
      `[Count to ${number(last)}.|Can you count to ${number(last)}?|Count from one to ${number(last)}.]`,
      `${span(1, last).join(", ")}.`,
    ];
  },
  (random) => {
    const first = 3 + random.below(8);
    return [
      `[Count down from ${number(first)}.|Count back from ${number(first)}.]`,
      `${span(1, first).toReversed().join(", ")}.`,
    ];
  },
  (random) => {
    const first = 1 + random.below(8);
    const last = first + 2 + random.below(5);
    return [`Count from ${number(first)} to ${number(last)}.`, `${span(first, last).join(", ")}.`];
  },
  (random) => {
    const value = 1 + random.below(15);
    return [
      `[What comes after ${number(value)}?|Which number comes after ${number(value)}?]`,
      `After ${number(value)} comes ${number(value + 1)}.`,
    ];
  },
  (random) => {
    const value = 2 + random.below(14);
    return [
      `[What comes before ${number(value)}?|Which number comes before ${number(value)}?]`,
      `Before ${number(value)} comes ${number(value - 1)}.`,
    ];
  },
  (random) => {
    const [left, right] = [1 + random.below(6), 1 + random.below(6)];
    return [
      `[What is|How much is] ${number(left)} plus ${number(right)}?`,
      `${number(left)} plus ${number(right)} is ${number(left + right)}.`,
    ];
  },
  (random) => {
    const left = 2 + random.below(8);
    const right = 1 + random.below(left - 1);
    return [
      `[What is|How much is] ${number(left)} minus ${number(right)}?`,
      `${number(left)} minus ${number(right)} is ${number(left - right)}.`,
    ];
  },
];

const naming: readonly Task[] = [
  (random) => {
    const group = random.pick(groups);
    const count = 2 + random.below(3);
    return [`[Name|Tell me|Give me] ${number(count)} ${group.many}.`, `${listed(random.some(group.members, count))}.`];
  },
  (random) => {
    const group = random.pick(groups);
    return [`[Name|Tell me] [a|one] ${group.one}.`, `${withArticle(random.pick(group.members))}.`];
  },
  (random) => {
    const count = 2 + random.below(3);
    return [
      `Name ${number(count)} people of the village.`,
      `${listed(random.some(people, count).map((person) => person.name))}.`,
    ];
  },
  (random) => {
    const count = 2 + random.below(2);
    return [
      `Name ${number(count)} places in the village.`,
      `${listed(random.some(places, count).map((place) => place.name))}.`,
    ];
  },
  () => ["[Name the days of the week.|What are the days of the week?]", `${days.join(", ")}.`],
  () => ["[Name the four seasons.|What are the four seasons?]", "Spring, summer, autumn and winter."],
];

/** A word and the group it is in. */
function member(random: Random): { readonly group: Group; readonly word: string } {
  const group = random.pick(groups.slice(0, 4));
  return { group, word: random.pick(group.members) };
}

const sorting: readonly Task[] = [
  (random) => {
    const { group, word } = member(random);
    const claimed = random.chance(0.5) ? group : random.pick(groups.slice(0, 4));
    return [
      `Is ${withArticle(word)} a ${claimed.one}?`,
      `${claimed === group ? "Yes" : "No"}, ${withArticle(word)} is a ${group.one}.`,
    ];
  },
  (random) => {
    const { group, word } = member(random);
    return [`What is ${withArticle(word)}?`, `${withArticle(word)} is a ${group.one}.`];
  },
  (random) => {
    const [most, odd] = random.some(groups.slice(0, 4), 2);
    if (!most || !odd) throw new Error("tiny world: sorting needs two groups");
    const word = random.pick(odd.members);
    const list = random.some([...random.some(most.members, 2), word], 3);
    return [
      `Which word does not belong: ${list.join(", ")}?`,
      `The word ${word} does not belong. It is a ${odd.one}, and the others are ${most.many}.`,
    ];
  },
  (random) => {
    const [left, right] = random.pick(opposites);
    const [from, to] = random.chance(0.5) ? [left, right] : [right, left];
    return [`[What is the opposite of ${from}?|Tell me the opposite of ${from}.]`, `The opposite of ${from} is ${to}.`];
  },
  (random) => {
    const [thing, colour] = random.pick(colourOf);
    return [`What colour is ${thing}?`, `${thing} is ${colour}.`];
  },
  (random) => {
    const [animal, sound] = random.pick(sounds);
    return [`[What does a ${animal} say?|Which sound does a ${animal} make?]`, `A ${animal} says ${sound}.`];
  },
  (random) => {
    const at = random.below(7);
    return [`Which day comes after ${days[at]}?`, `After ${days[at]} comes ${days[(at + 1) % 7]}.`];
  },
  (random) => {
    const at = random.below(4);
    return [`Which season comes after ${seasons[at]}?`, `After ${seasons[at]} comes ${seasons[(at + 1) % 4]}.`];
  },
  (random) => random.pick(plainFacts),
  (random) => random.pick(plainFacts),
  (random) => random.pick(plainFacts),
];

const sentences = [
  "{name} saw {a} {at}.",
  "{name} has {a} at home.",
  "There is {a} {at}.",
  "Look, {a}!",
  "I like {the} very much.",
  "{name} gave {a} to {other}.",
  "Today {name} found {a} {at}.",
];

const writing: readonly Task[] = [
  (random) => {
    const word = random.pick(groups.filter((group) => group.one !== "colour").flatMap((group) => group.members));
    const [name = "", other = ""] = random.some(people, 2).map((person) => person.name);
    const scope = {
      a: unarticled.has(word) ? `some ${word}` : `a ${word}`,
      the: `the ${word}`,
      name,
      other,
      at: random.pick(places).at,
    };
    return [`[Make|Write] a sentence with the word ${word}.`, say(random.pick(sentences), scope, random)];
  },
  (random) => {
    const words = random.some(["cat", "dog", "river", "mill", "bread", "moon", "tree"], 1 + random.below(2));
    const list = words.join(" ");
    const times = 2 + random.below(2);
    return [
      `Say ${list} ${times === 2 ? "two" : "three"} times.`,
      `${Array.from({ length: times }, () => list).join(", ")}.`,
    ];
  },
];

export function taskChat(random: Random): readonly Turn[] {
  const count = random.pick([1, 1, 1, 2]);
  return Array.from({ length: count }, () => random.pick(random.pick([counting, naming, sorting, sorting, writing])))
    .map((task) => task(random))
    .flatMap(([question, answer]) => exchange(say(question, {}, random), tidy(answer)));
}
