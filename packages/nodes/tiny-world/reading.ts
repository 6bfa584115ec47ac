// A short passage and questions about it. The passage draws its details freely, so that the answer can only be read, not known.

import { exchange, type Turn } from "./chat.ts";
import { say, type Scope } from "./grammar.ts";
import type { Random } from "./random.ts";
import { personScope } from "./scene.ts";
import { tellStory } from "./story.ts";
import { people, places } from "./world.ts";

interface Passage {
  readonly lines: readonly string[];
  readonly asks: readonly (readonly [question: string, answer: string])[];
}

const items = "ball|cup|basket|hat|scarf|book|spoon|blanket|lamp|key|bag|jar|rope|coat|box|shell".split("|");
const shades = "red|blue|green|yellow|white|black|brown|orange".split("|");
const goods = "apple|plum|pear|egg|bun|cake|carrot|nut".split("|");
const feelings = "happy|sad|tired|angry|scared|proud|hungry|cold".split("|");
const beasts = "cat|dog|duck|hen|goat|frog|rabbit|owl|cow".split("|");
const counts = "two|three|four|five|six|seven|eight|nine".split("|");
const daytimes = "in the morning|in the afternoon|in the evening|at night|on Monday|on Friday|on Sunday".split("|");

const passages: readonly Passage[] = [
  {
    lines: [
      "{hero} went {to}. {he} had a {shade} {item}. {he} gave it to {friend}.",
      "{hero} had a {shade} {item}. {he} went {to} and gave it to {friend}.",
    ],
    asks: [
      ["Where did {hero} go?", "{hero} went {to}."],
      ["What did {hero} have?", "{hero} had a {shade} {item}."],
      ["What colour was the {item}?", "The {item} was {shade}."],
      ["Who got the {item}?", "{friend} got the {item}."],
      ["Who has the {item} now?", "{friend} has the {item} now."],
    ],
  },
  {
    lines: [
      "{hero} was {feeling}. {friend} was {feeling2}. They met {at} and talked.",
      "{hero} and {friend} met {at}. {hero} was {feeling}, and {friend} was {feeling2}.",
    ],
    asks: [
      ["How did {hero} feel?", "{hero} was {feeling}."],
      ["How did {friend} feel?", "{friend} was {feeling2}."],
      ["Who was {feeling}?", "{hero} was {feeling}."],
      ["Where did they meet?", "They met {at}."],
    ],
  },
  {
    lines: [
      "{hero} saw {count} {beast}s {at}. {friend} saw {count2} {beast2}s.",
      "{at} {hero} saw {count} {beast}s, and {friend} saw {count2} {beast2}s.",
    ],
    asks: [
      ["How many {beast}s did {hero} see?", "{hero} saw {count} {beast}s."],
      ["How many {beast2}s did {friend} see?", "{friend} saw {count2} {beast2}s."],
      ["What did {friend} see?", "{friend} saw {count2} {beast2}s."],
      ["Who saw the {beast}s?", "{hero} saw the {beast}s."],
    ],
  },
  {
    lines: [
      "{friend} was looking for {hero}. {hero} was {at} with a {beast}. {he} was {feeling}.",
      "{hero} sat {at}. {he} was {feeling}. A {beast} sat next to {him}. {friend} came to look for {him}.",
    ],
    asks: [
      ["Where was {hero}?", "{hero} was {at}."],
      ["Which animal was with {hero}?", "A {beast} was with {hero}."],
      ["Who was looking for {hero}?", "{friend} was looking for {hero}."],
      ["How did {hero} feel?", "{hero} was {feeling}."],
    ],
  },
  {
    lines: [
      "The {item} was {at}. {hero} took it and put it {at2}.",
      "{hero} found the {item} {at}. {he} took it and put it {at2}.",
    ],
    asks: [
      ["Where is the {item} now?", "The {item} is {at2} now."],
      ["Where was the {item} first?", "First the {item} was {at}."],
      ["Who took the {item}?", "{hero} took the {item}."],
    ],
  },
  {
    lines: [
      "{hero} had {count} {good}s. {friend} had one {item}. {hero} gave all the {good}s to {friend} and got the {item}.",
    ],
    asks: [
      ["How many {good}s did {hero} have?", "{hero} had {count} {good}s."],
      ["Who has the {good}s now?", "{friend} has the {good}s now."],
      ["What did {hero} get?", "{hero} got the {item}."],
    ],
  },
  {
    lines: [
      "{daytime} {hero} went {to}. {he} wanted to see the {beast}.",
      "{hero} wanted to see the {beast}. So {he} went {to} {daytime}.",
    ],
    asks: [
      ["When did {hero} go {to}?", "{hero} went {to} {daytime}."],
      ["What did {hero} want to see?", "{hero} wanted to see the {beast}."],
      ["Why did {hero} go {to}?", "{hero} wanted to see the {beast}."],
    ],
  },
  {
    lines: [
      "There were a {shade} {item} and a {shade2} {item2} on the table. {hero} took the {item}. {friend} took the {item2}.",
    ],
    asks: [
      ["What did {hero} take?", "{hero} took the {shade} {item}."],
      ["What did {friend} take?", "{friend} took the {shade2} {item2}."],
      ["What colour was the {item2}?", "The {item2} was {shade2}."],
      ["Who took the {item}?", "{hero} took the {item}."],
    ],
  },
];

const askings = [
  "{passage} {question}",
  "{question} {passage}",
  "Read this: {passage} {question}",
  "{passage}\n{question}",
];

/** Words the passage may use; what must differ within a passage is drawn without replacement. */
function details(random: Random): Scope {
  const [hero, friend] = random.some(people, 2);
  const [here, there] = random.some(places, 2);
  const [item = "", item2 = ""] = random.some(items, 2);
  const [shade = "", shade2 = ""] = random.some(shades, 2);
  const [feeling = "", feeling2 = ""] = random.some(feelings, 2);
  const [beast = "", beast2 = ""] = random.some(beasts, 2);
  const [count = "", count2 = ""] = random.some(counts, 2);
  if (!hero || !friend || !here || !there) throw new Error("tiny world: a passage needs two people and two places");
  return {
    ...personScope("hero", "", hero),
    ...personScope("friend", "f", friend),
    to: here.to,
    at: here.at,
    at2: there.at,
    item,
    item2,
    shade,
    shade2,
    feeling,
    feeling2,
    beast,
    beast2,
    count,
    count2,
    good: random.pick(goods),
    daytime: random.pick(daytimes),
  };
}

export function readingChat(random: Random): readonly Turn[] {
  if (random.chance(0.3)) return storyQuestions(random);
  const passage = random.pick(passages);
  const scope = details(random);
  const text = say(random.pick(passage.lines), scope, random);
  return asked(text, passage.asks, scope, random);
}

/** Questions about a whole short story, given by the user. */
function storyQuestions(random: Random): readonly Turn[] {
  const story = tellStory(random, { short: true, lesson: false });
  return asked(story.text, story.plot.asks, story.scope, random);
}

function asked(text: string, asks: Passage["asks"], scope: Scope, random: Random): readonly Turn[] {
  const chosen = random.some(asks, random.pick([1, 1, 2, 3]));
  return chosen.flatMap(([question, answer], position) => {
    const words = say(question, scope, random);
    const first = random.pick(askings).replace("{passage}", text).replace("{question}", words);
    return exchange(position === 0 ? first : words, say(answer, scope, random));
  });
}
