// Chats in which the assistant changes a sentence or two: happy to sad, another person, another time, a question.

import { exchange, type Turn } from "./chat.ts";
import { say, type Scope } from "./grammar.ts";
import type { Random } from "./random.ts";
import { personScope } from "./scene.ts";
import { people, places } from "./world.ts";

/** [how it ends well, how it ends badly] */
const fortunes: readonly (readonly [string, string])[] = [
  ["{hero} found {his} {item}. {he} was happy.", "{hero} lost {his} {item}. {he} was sad."],
  [
    "{hero} baked a cake. It was sweet, and everybody liked it.",
    "{hero} baked a cake. It was black, and nobody liked it.",
  ],
  ["{hero} went {to}. The sun was warm, and {he} sang.", "{hero} went {to}. The rain was cold, and {he} cried."],
  ["{friend} came to visit {hero}. They laughed all day.", "Nobody came to visit {hero}. {he} was alone all day."],
  ["{hero} ran a race and won. {he} was proud.", "{hero} ran a race and fell. {he} was sad."],
  ["{hero} got a letter from {friend}. It was good news.", "{hero} got a letter from {friend}. It was bad news."],
  ["The seed of {hero} grew into a tall plant. {he} smiled.", "The seed of {hero} did not grow. {he} was sad."],
  ["{hero} slept well and had a good dream.", "{hero} slept badly and had a bad dream."],
];

/** [now, before, later] */
const tenses: readonly (readonly [string, string, string])[] = [
  ["{hero} goes {to}.", "{hero} went {to}.", "{hero} will go {to}."],
  ["{hero} sees a {beast} {at}.", "{hero} saw a {beast} {at}.", "{hero} will see a {beast} {at}."],
  ["{hero} gives {friend} a {item}.", "{hero} gave {friend} a {item}.", "{hero} will give {friend} a {item}."],
  ["{hero} looks for the {item}.", "{hero} looked for the {item}.", "{hero} will look for the {item}."],
  ["{hero} is {at}.", "{hero} was {at}.", "{hero} will be {at}."],
  ["{hero} sings a song for {friend}.", "{hero} sang a song for {friend}.", "{hero} will sing a song for {friend}."],
  ["{hero} eats bread with {friend}.", "{hero} ate bread with {friend}.", "{hero} will eat bread with {friend}."],
  ["{hero} runs {to}.", "{hero} ran {to}.", "{hero} will run {to}."],
];

const swaps = [
  "{hero} went {to}. {he} found a {item} and took it home.",
  "{hero} was hungry. {he} ate some bread with {his} soup.",
  "{hero} lost {his} {item}. {he} looked for it {at}.",
  "{hero} saw a {beast} {at}. {he} smiled at it.",
  "{hero} put on {his} coat. Then {he} went {to}.",
];

const statements: readonly (readonly [statement: string, question: string])[] = [
  ["{hero} is {at}.", "Is {hero} {at}?"],
  ["{hero} can see the {beast}.", "Can {hero} see the {beast}?"],
  ["{hero} has a {item}.", "Does {hero} have a {item}?"],
  ["{hero} went {to}.", "Did {hero} go {to}?"],
  ["{hero} found the {item}.", "Did {hero} find the {item}?"],
];

const items = "ball|cup|basket|hat|scarf|book|spoon|blanket|lamp|key".split("|");
const beasts = "cat|dog|duck|hen|goat|frog|fox|rabbit|owl|cow".split("|");

function cast(random: Random): { readonly scope: Scope; readonly swapped: Scope } {
  const [hero, friend, other] = random.some(people, 3);
  if (!hero || !friend || !other) throw new Error("tiny world: rewriting needs three people");
  const place = random.pick(places);
  const shared = {
    ...personScope("friend", "f", friend),
    at: place.at,
    to: place.to,
    item: random.pick(items),
    beast: random.pick(beasts),
    other: other.name,
  };
  return {
    scope: { ...shared, ...personScope("hero", "", hero) },
    swapped: { ...shared, ...personScope("hero", "", other) },
  };
}

export function rewritingChat(random: Random): readonly Turn[] {
  const { scope, swapped } = cast(random);
  const chat = (ask: string, from: string, to: string, answerScope = scope) =>
    exchange(say(`${ask} ${from}`, scope, random), say(to, answerScope, random));
  switch (random.below(6)) {
    case 0: {
      const [well, badly] = random.pick(fortunes);
      return chat("[Make this sad:|Rewrite this so that it is sad:|Say this in a sad way:]", well, badly);
    }
    case 1: {
      const [well, badly] = random.pick(fortunes);
      return chat("[Make this happy:|Rewrite this so that it is happy:|Say this in a happy way:]", badly, well);
    }
    case 2: {
      const [now, before] = random.pick(tenses);
      return chat("[Say this in the past:|Say that it was yesterday:]", now, before);
    }
    case 3: {
      const [now, , later] = random.pick(tenses);
      return chat("[Say this in the future:|Say that it will be tomorrow:]", now, later);
    }
    case 4: {
      const text = random.pick(swaps);
      return chat(
        "[Change {hero} to {other}:|Tell this about {other}:|Put {other} in the place of {hero}:]",
        text,
        text,
        swapped,
      );
    }
    default: {
      const [statement, question] = random.pick(statements);
      return chat("[Make this a question:|Turn this into a question:]", statement, question);
    }
  }
}
