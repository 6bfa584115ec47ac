// One document of the corpus: its kind is drawn by weight, its content by the kind's own generator.

import { rendered, type Turn } from "./chat.ts";
import { factChat } from "./facts.ts";
import { randomFor, type Random } from "./random.ts";
import { readingChat } from "./reading.ts";
import { rewritingChat } from "./rewriting.ts";
import { tellStory } from "./story.ts";
import { talkChat } from "./talk.ts";
import { taskChat } from "./tasks.ts";
import { continuingChat, tellingChat } from "./telling.ts";

/** Conversations about one thing; "mixed" strings several together, and "story" is plain text. */
const chats = {
  tell: tellingChat,
  continue: continuingChat,
  read: readingChat,
  fact: factChat,
  task: taskChat,
  rewrite: rewritingChat,
  talk: talkChat,
} satisfies Record<string, (random: Random) => readonly Turn[]>;

export const kinds = ["story", "tell", "continue", "read", "fact", "task", "rewrite", "talk", "mixed"] as const;
export type Kind = (typeof kinds)[number];

export interface TinyDocument {
  readonly kind: Kind;
  /** What a model is trained on; for a conversation, with its role marks. */
  readonly text: string;
  /** Empty for a plain story. */
  readonly messages: readonly Turn[];
}

/** Document `index` of the corpus of `seed`; depends on nothing but its arguments. */
export function makeDocument(seed: number, index: number, mix: Readonly<Record<Kind, number>>): TinyDocument {
  const random = randomFor(seed, index);
  const kind = drawKind(random, mix);
  if (kind === "story") return { kind, text: tellStory(random, { short: random.chance(0.3) }).text, messages: [] };
  const said = kind === "mixed" ? mixedChat(random) : chats[kind](random);
  const typed = random.chance(0.15) ? said.map(typedInHaste) : said;
  const messages = random.chance(0.1) ? [{ role: "system" as const, content: random.pick(settings) }, ...typed] : typed;
  return { kind, text: rendered(messages), messages };
}

/** Characters after which a mixed conversation takes no further topic: some 300 tokens. */
const mixedLength = 1200;

/** A longer conversation that goes from topic to topic, so that a model learns to look back and to let go. */
function mixedChat(random: Random): readonly Turn[] {
  const topics = Object.values(chats);
  const turns: Turn[] = [];
  const wanted = 3 + random.below(4);
  for (let topic = 0; topic < wanted; topic++) {
    if (rendered(turns).length > mixedLength) break;
    turns.push(...random.pick(topics)(random));
  }
  return turns;
}

/** What programs say before a conversation; the answers are the same with and without. */
const settings = [
  "You are a helpful assistant.",
  "You are a kind storyteller.",
  "You are a small model from the village.",
  "Answer in short and clear sentences.",
  "You know the village by the river and its people.",
];

/** Longer questions hold a passage, which stays as it is. */
const hasteLength = 60;

/** What a user types who does not care for capitals and marks: "who is Mira". */
const typedInHaste = (turn: Turn): Turn =>
  turn.role === "user" && turn.content.length < hasteLength
    ? { role: "user", content: turn.content.slice(0, 1).toLowerCase() + turn.content.slice(1).replace(/[.?!]$/, "") }
    : turn;

function drawKind(random: Random, mix: Readonly<Record<Kind, number>>): Kind {
  const total = kinds.reduce((sum, kind) => sum + mix[kind], 0);
  let left = random.next() * total;
  for (const kind of kinds) {
    left -= mix[kind];
    if (left < 0) return kind;
  }
  throw new Error("tiny world: every kind has weight 0, give at least one a positive weight");
}
