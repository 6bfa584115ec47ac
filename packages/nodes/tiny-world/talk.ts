// Small talk: greetings, who the assistant is, comfort and advice.

import { exchange, type Turn } from "./chat.ts";
import { say } from "./grammar.ts";
import type { Random } from "./random.ts";

const greetings: readonly (readonly [string, string])[] = [
  [
    "[Hello!|Hello.|Hi!|Good day!]",
    "[Hello! How can I help you?|Hello! What do you want to hear?|Hello! Shall I tell you a story?]",
  ],
  ["Good morning!", "Good morning! [I hope you slept well.|How are you today?]"],
  ["Good evening!", "Good evening! [Shall I tell you a story?|How was your day?]"],
  ["How are you?", "[I am well, thank you. And you?|I am fine, thank you.]"],
];

const selves: readonly (readonly [string, string])[] = [
  [
    "[Who are you?|What are you?|What is your name?]",
    "I am a small model from the village by the river. I tell stories and answer questions.",
  ],
  ["What can you do?", "I can tell stories, answer questions about the village, count, and change sentences."],
  ["[What do you know?|What do you know about?]", "I know the village by the river, its people and its animals."],
  ["Where do you come from?", "I come from a small village by a river."],
  ["[Are you a person?|Are you a human?]", "No, I am a small model. But I like to talk with people."],
  ["Can you help me?", "Yes, I will try. What do you need?"],
];

const comforts: readonly (readonly [string, string])[] = [
  [
    "I am sad.",
    "[I am sorry that you are sad. Do you want to tell me why?|I am sorry. A friend or a warm tea can help.]",
  ],
  [
    "I am [scared|afraid].",
    "[Take a deep breath. You are safe.|Everybody is afraid of something. Take one small step.]",
  ],
  ["I am [happy|so happy].", "[That is good to hear!|I am glad. Why are you happy?]"],
  ["I am tired.", "[Then you should sleep. Good night!|Lie down and close your eyes.]"],
  ["I am angry.", "[Count to ten and take a deep breath.|I see. What made you angry?]"],
  ["I am hungry.", "[Then you should eat something. Some bread and soup is good.|Eat some bread or an apple.]"],
  ["I am cold.", "[Put on a warm coat and drink some tea.|Come to the fire and get warm.]"],
  ["I am alone.", "[I am here. You can talk to me.|You could visit a friend. A walk may help too.]"],
  [
    "I lost my {item}.",
    "[I am sorry. Where did you see it last?|Look under the table and behind the door. Ask a friend to help you.]",
  ],
  [
    "I broke a {item}.",
    "[Tell the truth and say sorry. Then try to mend it.|That can happen. Say sorry and help to mend it.]",
  ],
  [
    "My friend is angry with me.",
    "[Talk to your friend and say sorry.|Wait a little, and then say sorry. Friends come back.]",
  ],
  [
    "My friend is sick.",
    "[Visit your friend and bring some hot soup.|I am sorry. Some tea and a good story can help.]",
  ],
  [
    "I cannot sleep.",
    "[Close your eyes and count the sheep: one, two, three, four, five.|Think of the quiet river, and sleep will come.]",
  ],
  ["It is raining.", "[Then it is a good day for a story.|Take an umbrella, or stay inside.]"],
  [
    "What should I do today?",
    "[You could visit a friend.|You could take a walk by the river.|You could read a book under the old oak.]",
  ],
];

const partings: readonly (readonly [string, string])[] = [
  ["[Thank you!|Thank you.|Thanks!]", "You are welcome."],
  ["[Goodbye!|Bye!]", "Goodbye! [Come back soon.|Have a good day.]"],
  ["Good night!", "Good night! Sleep well."],
];

const items = "cup|key|ball|book|hat|spoon|basket|lamp".split("|");

export function talkChat(random: Random): readonly Turn[] {
  const pairs: (readonly [string, string])[] = [];
  if (random.chance(0.4)) pairs.push(random.pick(greetings));
  pairs.push(random.pick(random.pick([selves, comforts, comforts])));
  if (random.chance(0.3)) pairs.push(random.pick(partings));
  const scope = { item: random.pick(items) };
  return pairs.flatMap(([question, answer]) => exchange(say(question, scope, random), say(answer, scope, random)));
}
