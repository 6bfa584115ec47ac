// The fact table of the tiny world: who lives in the village, and what is always true of them.
// Every other file takes its facts from here, so no document can say that Mira's loom is red.

export type Sex = "she" | "he";

export interface Pet {
  readonly name: string;
  readonly kind: string;
  readonly sex: Sex;
  readonly colour: string;
}

export interface Person {
  readonly name: string;
  readonly sex: Sex;
  readonly child: boolean;
  /** "weaver"; children have "girl" or "boy". */
  readonly role: string;
  /** What the person does all day, in the present tense: "weaves warm cloth". */
  readonly work: string;
  /** The same in the past tense. */
  readonly worked: string;
  readonly home: string;
  /** The treasured thing, without and with its colour. */
  readonly thing: string;
  readonly colour: string;
  readonly food: string;
  readonly fear: string;
  readonly trait: string;
  /** "Tom's son": how a child belongs to the village. */
  readonly kin?: { readonly of: string; readonly as: string; readonly elder: string };
  readonly pet: Pet;
}

export const people: readonly Person[] = [
  {
    name: "Mira",
    sex: "she",
    child: false,
    role: "weaver",
    work: "weaves warm cloth",
    worked: "wove warm cloth",
    home: "the white house by the bridge",
    thing: "loom",
    colour: "blue",
    food: "honey bread",
    fear: "thunder",
    trait: "patient",
    pet: { name: "Pip", kind: "cat", sex: "he", colour: "gray" },
  },
  {
    name: "Tom",
    sex: "he",
    child: false,
    role: "miller",
    work: "grinds wheat into flour",
    worked: "ground wheat into flour",
    home: "the mill by the river",
    thing: "cart",
    colour: "green",
    food: "apple pie",
    fear: "snakes",
    trait: "strong",
    pet: { name: "Bramble", kind: "donkey", sex: "he", colour: "gray" },
  },
  {
    name: "Ada",
    sex: "she",
    child: false,
    role: "gardener",
    work: "grows beans and flowers",
    worked: "grew beans and flowers",
    home: "the cottage on the hill",
    thing: "hat",
    colour: "yellow",
    food: "plum cake",
    fear: "ice",
    trait: "wise",
    pet: { name: "Dot", kind: "hen", sex: "she", colour: "brown" },
  },
  {
    name: "Hana",
    sex: "she",
    child: false,
    role: "baker",
    work: "bakes bread and cakes",
    worked: "baked bread and cakes",
    home: "the bakery on the square",
    thing: "apron",
    colour: "white",
    food: "cheese",
    fear: "spiders",
    trait: "generous",
    pet: { name: "Nettle", kind: "goat", sex: "she", colour: "white" },
  },
  {
    name: "Oskar",
    sex: "he",
    child: false,
    role: "fisher",
    work: "catches fish in the river",
    worked: "caught fish in the river",
    home: "the hut under the willow",
    thing: "boat",
    colour: "gray",
    food: "bean soup",
    fear: "wolves",
    trait: "quiet",
    pet: { name: "Slip", kind: "otter", sex: "he", colour: "brown" },
  },
  {
    name: "Rolf",
    sex: "he",
    child: false,
    role: "shepherd",
    work: "looks after the sheep",
    worked: "looked after the sheep",
    home: "the stone hut in the meadow",
    thing: "flute",
    colour: "brown",
    food: "nuts",
    fear: "deep water",
    trait: "calm",
    pet: { name: "Cloud", kind: "sheep", sex: "she", colour: "white" },
  },
  {
    name: "Eva",
    sex: "she",
    child: false,
    role: "carpenter",
    work: "builds and mends things",
    worked: "built and mended things",
    home: "the workshop near the gate",
    thing: "hammer",
    colour: "black",
    food: "pancakes",
    fear: "geese",
    trait: "brave",
    pet: { name: "Star", kind: "horse", sex: "she", colour: "black" },
  },
  {
    name: "Ben",
    sex: "he",
    child: true,
    role: "boy",
    work: "helps at the mill",
    worked: "helped at the mill",
    home: "the mill by the river",
    thing: "kite",
    colour: "red",
    food: "plums",
    fear: "the dark",
    trait: "curious",
    kin: { of: "Tom", as: "son", elder: "father" },
    pet: { name: "Rusty", kind: "dog", sex: "he", colour: "brown" },
  },
  {
    name: "Lily",
    sex: "she",
    child: true,
    role: "girl",
    work: "winds the wool for Mira",
    worked: "wound the wool for Mira",
    home: "the white house by the bridge",
    thing: "boots",
    colour: "yellow",
    food: "berries",
    fear: "bees",
    trait: "kind",
    kin: { of: "Mira", as: "niece", elder: "aunt" },
    pet: { name: "Puddle", kind: "duck", sex: "she", colour: "white" },
  },
  {
    name: "Sam",
    sex: "he",
    child: true,
    role: "boy",
    work: "carries bread to the houses",
    worked: "carried bread to the houses",
    home: "the bakery on the square",
    thing: "drum",
    colour: "orange",
    food: "sweet buns",
    fear: "storms",
    trait: "shy",
    kin: { of: "Hana", as: "son", elder: "mother" },
    pet: { name: "Clover", kind: "rabbit", sex: "she", colour: "gray" },
  },
  {
    name: "Nora",
    sex: "she",
    child: true,
    role: "girl",
    work: "picks flowers with Ada",
    worked: "picked flowers with Ada",
    home: "the cottage on the hill",
    thing: "bell",
    colour: "silver",
    food: "apples",
    fear: "high places",
    trait: "funny",
    kin: { of: "Ada", as: "granddaughter", elder: "grandmother" },
    pet: { name: "Hop", kind: "frog", sex: "he", colour: "green" },
  },
];

export interface Place {
  readonly name: string;
  readonly at: string;
  readonly to: string;
}

/** Places anybody may go to; the homes of people are in the table above. */
export const places: readonly Place[] = [
  { name: "the river", at: "by the river", to: "to the river" },
  { name: "the bridge", at: "on the bridge", to: "to the bridge" },
  { name: "the meadow", at: "in the meadow", to: "to the meadow" },
  { name: "the forest", at: "in the forest", to: "to the forest" },
  { name: "the hill", at: "on the hill", to: "up the hill" },
  { name: "the orchard", at: "in the orchard", to: "to the orchard" },
  { name: "the garden", at: "in the garden", to: "to the garden" },
  { name: "the square", at: "on the square", to: "to the square" },
  { name: "the pond", at: "by the pond", to: "to the pond" },
  { name: "the barn", at: "in the barn", to: "to the barn" },
  { name: "the well", at: "by the well", to: "to the well" },
  { name: "the old oak", at: "under the old oak", to: "to the old oak" },
  { name: "the market", at: "at the market", to: "to the market" },
  { name: "the gate", at: "by the gate", to: "to the gate" },
];

export const seasons = ["spring", "summer", "autumn", "winter"] as const;
export type Season = (typeof seasons)[number];
export type Sky = "sun" | "rain" | "wind" | "snow" | "fog" | "storm";

export const skies: Readonly<Record<Season, readonly Sky[]>> = {
  spring: ["sun", "rain", "wind", "fog"],
  summer: ["sun", "sun", "wind", "rain", "storm"],
  autumn: ["sun", "rain", "wind", "fog", "storm"],
  winter: ["snow", "snow", "sun", "wind", "fog"],
};
