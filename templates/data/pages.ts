// Makes pages.jsonl, the data of the web curation template: 85 made-up pages as a crawler would find them. `kind` says how a page was
// made, so that one can see afterwards what each step took out; no node looks at it. Nobody's mail address or number is in it: the domains
// are example.org and its like, the numbers those that are kept for films (555-01xx).
// Run from the repository's root: node templates/data/pages.ts

import { writeFileSync } from "node:fs";
import { randomFor, type Random } from "@heddle/nodes/tiny-world/random.ts";
import { foreign, subjects } from "./prose.ts";

interface Page {
  readonly url: string;
  readonly kind: string;
  readonly text: string;
}

type Made = readonly [kind: string, text: string];

const words = (text: string) => text.split("|");
const sections = words(
  "Home|News|Sport|Weather|Shop|About us|Contact|Help|Careers|Archive|Events|Gallery|Login|Newsletter",
);
const goods = words("Kettle|Lamp|Chair|Rope|Basket|Shovel|Blanket|Mirror|Ladder|Bucket|Candle|Clock|Scissors|Shelf");
const tags = words("#sea|#sun|#travel|#food|#home|#garden|#music|#books|#winter|#friends|#dogs|#coffee");
const slogans = words(
  "Order now and save half of the price.|The best offers are only here with us.|Subscribe to our letter and win a prize.",
);
const lorem =
  "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua.";

/** Each subject's two articles, a title above. */
const articles: readonly string[] = subjects.flatMap(({ title, articles: both }) =>
  both.map((article, part) => `${title}${part === 0 ? "" : ", continued"}\n\n${article}`),
);
const article = (index: number): string => articles[index % articles.length] ?? "";

/** The first words of sentences, as in a list of headlines: no line ends like a sentence. */
const beginnings: readonly string[] = subjects
  .flatMap(({ articles: both }) => both.flatMap((text) => text.split(". ")))
  .map((sentence) => sentence.split(" ").slice(0, 8).join(" ").replace(/[,.]$/, ""));

const contacts: readonly string[] = [
  "Questions go to Marta at marta.lind@example.org or, in the evening, to +1 202 555 0143.",
  "Write to the editor at editor@news.example.com and tell us what you think of it.",
  "If you want to join, call (415) 555-0132 and ask for Jon.",
  "Send your pictures to photos@club.example.net, and the best of them will be shown.",
  "The office can be reached at office@example.org or under 212-555-0178 until noon.",
  "Donations go to DE89 3704 0044 0532 0130 00, and receipts are sent by help@example.org.",
];

/** One word is another, as on a page that was copied and touched up. */
function touchedUp(text: string): string {
  const at = text.lastIndexOf(" the ");
  return at < 0 ? `${text} So it is.` : `${text.slice(0, at)} that ${text.slice(at + " the ".length)}`;
}

const poor: Readonly<Record<string, readonly [count: number, make: (random: Random) => string]>> = {
  navigation: [
    8,
    (random) =>
      random
        .some(sections, 9)
        .flatMap((name) => [name, `More ${name.toLowerCase()}`])
        .join("\n"),
  ],
  "price list": [
    6,
    (random) =>
      random
        .some(goods, 12)
        .map((name) => `- ${name} of the new kind, ${5 + random.below(90)} euros and ${random.below(90)} cents`)
        .join("\n"),
  ],
  "repeated lines": [
    6,
    (random) => {
      const slogan = random.pick(slogans);
      return Array.from({ length: 8 }, () => `${slogan}\nThat is what all of our customers have to say to you.`).join(
        "\n",
      );
    },
  ],
  hashtags: [
    4,
    (random) =>
      `${random.some(tags, 12).join(" ")}\n${article(random.below(24)).slice(0, 190)} ${random.some(tags, 12).join(" ")}`,
  ],
  teasers: [
    4,
    (random) =>
      Array.from(
        { length: 9 },
        () =>
          `${article(random.below(24))
            .split("\n\n")[1]
            ?.slice(0, 60 + random.below(20))}...`,
      ).join("\n"),
  ],
  contents: [4, (random) => random.some(beginnings, 10).join("\n")],
  "lorem ipsum": [4, (random) => `${article(random.below(24))}\n\n${lorem}`],
  code: [3, (random) => `${article(random.below(24))}\n\nfunction show() { return document.title; }`],
  stub: [
    4,
    (random) =>
      `${random.pick(sections)}: there is nothing here yet, but we are going to work on that with all of you.`,
  ],
};

function madePages(): readonly Made[] {
  const good = articles.map((text, index): Made => {
    const contact = index % 4 === 1 ? contacts[(index - 1) / 4] : undefined;
    return contact === undefined ? ["article", text] : ["article with personal data", `${text}\n\n${contact}`];
  });
  const exact = [0, 2, 6, 8, 14, 20].map((index): Made => ["copy", article(index)]);
  const near = [3, 7, 10, 12, 18, 22].map((index): Made => ["touched-up copy", touchedUp(article(index))]);
  const others = foreign.map(([language, text]): Made => [`in another language (${language})`, text]);
  const bad = Object.entries(poor).flatMap(([kind, [count, make]], group) =>
    Array.from({ length: count }, (_, index): Made => [kind, make(randomFor(group, index))]),
  );
  return [...good, ...exact, ...near, ...others, ...bad];
}

export function pages(): readonly Page[] {
  const made = madePages();
  return randomFor(17, 0)
    .some(made, made.length)
    .map(([kind, text], index) => ({ url: `https://www.example.org/pages/${index + 1}`, kind, text }));
}

if (import.meta.main) {
  const lines = pages().map((page) => JSON.stringify(page));
  writeFileSync(new URL("pages.jsonl", import.meta.url), `${lines.join("\n")}\n`);
}
