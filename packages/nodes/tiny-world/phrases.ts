// How stories open and close: weather, introductions from the fact table, last sentences.

import type { Person, Season, Sky } from "./world.ts";

export const weather: Readonly<Record<Season, Readonly<Partial<Record<Sky, string>>>>> = {
  spring: {
    sun: "the sun was [soft|bright] and the birds sang",
    rain: "a soft rain fell on the [roofs|fields]",
    wind: "a fresh wind blew over the fields",
    fog: "there was fog over the river",
  },
  summer: {
    sun: "the [sun|day] was [hot|warm] and the sky was blue",
    rain: "a warm rain fell",
    wind: "a warm wind blew",
    storm: "dark clouds came over the hill",
  },
  autumn: {
    sun: "the leaves were red and gold in the sun",
    rain: "the rain fell on the wet leaves",
    wind: "the wind blew the leaves over the road",
    fog: "there was fog in the fields",
    storm: "a cold wind came and the sky was dark",
  },
  winter: {
    snow: "[soft snow fell|snow lay on the roofs|everything was white]",
    sun: "the air was cold but the sun was bright",
    wind: "a cold wind blew",
    fog: "there was cold fog over the ice",
  },
};

/** {weather} and {season} are bound. */
export const dayOpenings = [
  "One {season} [morning|day|afternoon], {weather}.",
  "It was {season}, and {weather}.",
  "It was a {season} [day|morning] in the village, and {weather}.",
  "It was [early|a quiet day] in {season}. {weather}.",
];

export const eveningOpenings = [
  "One {season} evening, the moon came up over the hill.",
  "It was late on a {season} evening.",
  "It was a {season} night, and the village was quiet.",
  "It was {season}. The sun had gone down, and the windows were dark.",
];

export const plainOpenings = [
  "",
  "",
  "Once upon a time, there was a small village by a river.",
  "This is a story about {hero}.",
];

const shared = [
  "{hero} lived in {hero.home}.",
  "{hero} lived in {hero.home} with {pet} the {pet.kind}.",
  "{hero} had a {pet.colour} {pet.kind}. {phis} name was {pet}.",
  "{hero} loved {hero.food} more than anything.",
  "Everybody knew {hero} and {his} {hero.thing}.",
];

/** A sentence or two that say who the hero is, as the fact table has it. */
export const introductions = (hero: Person): readonly string[] => [
  ...shared,
  ...(hero.kin
    ? [
        `{hero} was a {hero.trait} {hero.role}.`,
        `{hero} was the ${hero.kin.as} of ${hero.kin.of}.`,
        `There was a {hero.role} [named|called] {hero}. {he} {hero.worked}.`,
        `{hero} was a {hero.role} who lived with {his} ${hero.kin.elder} ${hero.kin.of}.`,
      ]
    : [
        "{hero} was the {hero.role} of the village.",
        "{hero} the {hero.role} lived in {hero.home}.",
        "{hero} was the {hero.role}. Every day {he} {hero.worked}.",
        `{hero} the {hero.role} was a {hero.trait} ${hero.sex === "she" ? "woman" : "man"}.`,
      ]),
];

export const moodLines = [
  "{hero} felt {mood}.",
  "In the end, {hero} felt {mood}.",
  "That [evening|night], {hero} felt {mood}.",
  "Now {hero} felt {mood}.",
];

export const closings = [
  "[From that day on|After that], {hero} and {friend} were even better friends.",
  "That night {he} [slept well|had a good dream].",
  "{hero} went home and ate {hero.food}.",
  "{pet} the {pet.kind} was happy too.",
  "And [{friend}|{pet}] was happy too.",
  "{hero} told [everybody|the others] about it.",
];

export const lessonLines = [
  "{hero} never forgot it: {lesson}",
  "And this is what {hero} learned: {lesson}",
  "{lesson}",
  '"{lesson}" said {friend}.',
];
