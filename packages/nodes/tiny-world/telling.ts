// Chats in which the assistant tells a story, goes on with one, or says what it teaches.

import { exchange, type Turn } from "./chat.ts";
import { say } from "./grammar.ts";
import type { Random } from "./random.ts";
import { tellStory, type Story, type StoryWishes } from "./story.ts";
import { people } from "./world.ts";

interface Request {
  readonly ask: string;
  readonly wishes?: StoryWishes;
}

/** All of these slots are bound by the story that is told. */
const requests: readonly Request[] = [
  { ask: "Tell me a story." },
  { ask: "Tell me a story[| please]." },
  { ask: "Can you tell me a story?" },
  { ask: "Tell me a short story.", wishes: { short: true } },
  { ask: "Tell me a long story.", wishes: { short: false } },
  { ask: "[Tell me|Write] a [story|short story] about {hero}.", wishes: { short: true } },
  { ask: "[Tell me|Write] a story about {hero}." },
  { ask: "[Tell me|Write] a story about {hero} and {friend}." },
  { ask: "I want to hear a story about {hero} and {friend}." },
  { ask: "[Tell me|Write] a story about {about}." },
  { ask: "[Tell me|Write] a story about {hero} and {about}." },
  { ask: "[Tell me|Write] a short story about {about}.", wishes: { short: true } },
  { ask: "Can you tell a story about {about}?" },
  { ask: "Tell me a story that teaches something.", wishes: { lesson: true } },
  { ask: "Tell me a story about {about} that teaches something.", wishes: { lesson: true } },
  { ask: "Tell me a story about {pet} the {pet.kind} and {hero}." },
];

const bySeason = [
  "Tell me a story in {season}.",
  "[Tell me|Write] a {season} story.",
  "Tell me a {season} story about {hero}.",
];

export function tellingChat(random: Random): readonly Turn[] {
  const request = random.pick(requests);
  const hero = random.chance(0.5) ? random.pick(people) : undefined;
  const story = tellStory(random, { ...request.wishes, ...(hero ? { hero } : {}) });
  const ask = story.tellsSeason && random.chance(0.12) ? random.pick(bySeason) : request.ask;
  const question = say(ask, { ...story.scope, about: story.plot.about }, random);
  return [...exchange(question, story.text), ...(random.chance(0.35) ? afterwards(story, random) : [])];
}

/** One or two questions about the story just told. */
function afterwards(story: Story, random: Random): readonly Turn[] {
  const { hero } = story.scene;
  const pairs: (readonly [string, string])[] = [
    ...story.plot.asks,
    ["[What can we learn from this story?|What does the story teach?]", story.lesson],
    ["How did {hero} feel in the end?", "{hero} felt {mood}."],
    [`Who is ${hero.name}?`, `${hero.name} is the main person of the story.`],
    ["Who is the story about?", "The story is about {hero}."],
    ...(story.tellsSeason ? ([["When did it happen?", "It happened in {season}."]] as const) : []),
    [
      "[Thank you!|That was nice.|I like this story.]",
      "[I am glad that you liked it.|You are welcome. Do you want to hear another one?]",
    ],
  ];
  return random
    .some(pairs, random.pick([1, 1, 2]))
    .flatMap(([question, answer]) => exchange(say(question, story.scope, random), say(answer, story.scope, random)));
}

const continuations = [
  "Continue this story: {start}",
  "Go on with this story: {start}",
  "What happens next? {start}",
  "Finish this story: {start}",
];

/** The user gives the first parts, the assistant the rest. */
export function continuingChat(random: Random): readonly Turn[] {
  const story = tellStory(random, { short: random.chance(0.6) });
  const cut = 2 + random.below(Math.max(1, story.parts.length - 4));
  const start = story.parts
    .slice(0, cut)
    .filter((part) => part !== "")
    .join(" ");
  const question = random.pick(continuations).replace("{start}", start);
  return exchange(question, story.parts.slice(cut).join(" "));
}
