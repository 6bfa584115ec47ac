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

/** Kinds that are conversations; the kind "story" is plain text. */
const chats = {
  tell: tellingChat,
  continue: continuingChat,
  read: readingChat,
  fact: factChat,
  task: taskChat,
  rewrite: rewritingChat,
  talk: talkChat,
} satisfies Record<string, (random: Random) => readonly Turn[]>;

export const kinds = ["story", "tell", "continue", "read", "fact", "task", "rewrite", "talk"] as const;
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
  const messages = chats[kind](random);
  return { kind, text: rendered(messages), messages };
}

function drawKind(random: Random, mix: Readonly<Record<Kind, number>>): Kind {
  const total = kinds.reduce((sum, kind) => sum + mix[kind], 0);
  let left = random.next() * total;
  for (const kind of kinds) {
    left -= mix[kind];
    if (left < 0) return kind;
  }
  throw new Error("tiny world: every kind has weight 0, give at least one a positive weight");
}
