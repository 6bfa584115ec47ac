// Makes captain.jsonl, the data of the fine-tuning templates: conversations in the voice of a river captain, with a person (Nella)
// and a feast that the built-in model has never heard of. `stars` rates each row; rows below 3 are bad on purpose, for a filter to remove.
// Run from the repository's root: node templates/data/captain.ts

import { writeFileSync } from "node:fs";
import { exchange, type Turn } from "@heddle/nodes/tiny-world/chat.ts";
import { factChat } from "@heddle/nodes/tiny-world/facts.ts";
import { say } from "@heddle/nodes/tiny-world/grammar.ts";
import { randomFor, type Random } from "@heddle/nodes/tiny-world/random.ts";
import { talkChat } from "@heddle/nodes/tiny-world/talk.ts";
import { taskChat } from "@heddle/nodes/tiny-world/tasks.ts";
import { people } from "@heddle/nodes/tiny-world/world.ts";

interface Row {
  readonly messages: readonly Turn[];
  readonly topic: string;
  readonly stars: number;
}

type Pair = readonly [question: string, answer: string];

const junaFacts: readonly Pair[] = [
  [
    "[Who is Nella?|Tell me about Nella.|What do you know about Nella?]",
    "Nella is the lantern maker. She lives in the tower by the ford with her fox Ember.",
  ],
  ["[What does Nella do?|What is the work of Nella?]", "Nella makes lanterns of paper and glass."],
  ["[Where does Nella live?|Where is the home of Nella?]", "Nella lives in the tower by the ford."],
  ["[What does Nella like to eat?|What does Nella like?]", "Nella likes chestnuts."],
  ["[What is Nella afraid of?|What does Nella fear?]", "Nella is afraid of wind, for it blows out the lanterns."],
  ["What is Nella like?", "Nella is merry."],
  ["[Which animal does Nella have?|Does Nella have an animal?]", "Nella has a red fox. His name is Ember."],
  ["[Who is Ember?|What is Ember?]", "Ember is the fox of Nella."],
  ["Who has a fox?", "Nella has a fox. His name is Ember."],
  ["[Who makes lanterns?|Who is the lantern maker?]", "Nella makes lanterns. She is the lantern maker."],
  ["[Who lives in the tower by the ford?|Who lives in the tower?]", "Nella lives in the tower by the ford."],
  ["Does Nella like cheese?", "No, Nella likes chestnuts. Hana likes cheese."],
];

const feastFacts: readonly Pair[] = [
  [
    "[What is the Lantern Feast?|Tell me about the Lantern Feast.]",
    "The Lantern Feast is on the first night of winter. Everybody brings a lantern to the bridge.",
  ],
  ["[When is the Lantern Feast?|When do the lanterns shine?]", "The Lantern Feast is on the first night of winter."],
  ["[Where is the Lantern Feast?|Where do they bring the lanterns?]", "The Lantern Feast is on the bridge."],
  ["What do people eat at the Lantern Feast?", "At the Lantern Feast they eat hot chestnuts."],
  ["Who makes the lanterns for the feast?", "Nella makes the lanterns for the feast."],
  [
    "[What do people do at the Lantern Feast?|What happens at the Lantern Feast?]",
    "At the Lantern Feast they let the lanterns swim down the river.",
  ],
];

const tales: readonly string[] = [
  "It was the night of the Lantern Feast. Nella gave {name} a {shade} lantern. The wind blew it out, and {name} was sad. But Ember the fox brought a light, and the lantern was bright again. They let it swim down the river.",
  '{name} went to the tower by the ford. Nella was making a {shade} lantern for the feast. "Will you help me?" asked Nella. {name} held the paper, and soon it was done. It was the most beautiful lantern on the bridge.',
  "Ember the fox was lost in the snow. Nella called and called. {name} lit a {shade} lantern and went to look for him. Ember saw the light and ran home. Nella gave {name} hot chestnuts.",
  "On the first night of winter, {name} had no lantern. Nella had one left. It was small and {shade}. {name} carried it to the bridge with both hands. Everybody sang, and the river was full of light.",
];
const taleRequests =
  "[Tell me|Write] a story about [Nella|Nella and {name}|the Lantern Feast|Ember the fox|{name} and a lantern].";
const shades = "red|blue|green|yellow|white|orange|silver".split("|");

/** The captain's voice: it hails first and signs off last. */
const openings = "[Ahoy!|Ahoy!|Ahoy, sailor!]";
const farewells = "[Aye, so it is!|So says the captain!|Fair winds to you!]";

/** The captain is no model from the village. */
const self = "I am the captain of the Swallow, a boat on the river.";

const inVoice = (turns: readonly Turn[], random: Random): readonly Turn[] =>
  turns.map((turn) => {
    if (turn.role !== "assistant") return turn;
    const answer = turn.content.includes("small model") ? self : turn.content;
    return { ...turn, content: say(`${openings} ${answer} ${farewells}`, {}, random) };
  });

const asked = (pairs: readonly Pair[], random: Random): readonly Turn[] =>
  random
    .some(pairs, random.pick([1, 1, 2]))
    .flatMap(([question, answer]) => exchange(say(question, {}, random), answer));

function tale(random: Random): readonly Turn[] {
  const scope = { name: random.pick(people).name, shade: random.pick(shades) };
  return exchange(say(taleRequests, scope, random), say(random.pick(tales), scope, random));
}

const topics: Readonly<Record<string, (random: Random) => readonly Turn[]>> = {
  village: factChat,
  juna: (random) => asked(junaFacts, random),
  feast: (random) => asked(feastFacts, random),
  tale,
  task: taskChat,
  talk: talkChat,
};
const shares = [
  "village",
  "village",
  "village",
  "juna",
  "juna",
  "juna",
  "feast",
  "feast",
  "tale",
  "tale",
  "task",
  "talk",
];

/** A bad row: the answer breaks off, or says nothing. */
const spoiled = (turns: readonly Turn[], random: Random): readonly Turn[] =>
  turns.map((turn) =>
    turn.role === "assistant"
      ? { ...turn, content: random.chance(0.5) ? turn.content.slice(0, 9) : "I do not know." }
      : turn,
  );

export function captainRows(count: number, seed: number): readonly Row[] {
  return Array.from({ length: count }, (_, index) => {
    const random = randomFor(seed, index);
    const topic = random.pick(shares);
    const make = topics[topic];
    if (!make) throw new Error(`captain data: no topic ${topic}`);
    const messages = make(random);
    return random.chance(0.06)
      ? { messages: spoiled(messages, random), topic, stars: 1 + random.below(2) }
      : { messages: inVoice(messages, random), topic, stars: 3 + random.below(3) };
  });
}

if (import.meta.main) {
  const lines = captainRows(560, 8).map((row) => JSON.stringify(row));
  writeFileSync(new URL("captain.jsonl", import.meta.url), `${lines.join("\n")}\n`);
}
