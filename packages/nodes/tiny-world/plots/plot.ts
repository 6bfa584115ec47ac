// What a plot is: beats said in order, each in one of several ways, over a cast the scene binds.
// Slots for everybody: hero, he, him, his, himself, hero.home, hero.thing, hero.food, hero.fear, hero.trait; the same with
// friend (fhe, fhim, fhis); pet, pet.kind, phe, phim, phis (the hero's) and fpet (the friend's); place, at, to; season.

import type { Season, Sky } from "../world.ts";
import type { Scope } from "../grammar.ts";

/** Ways to say one beat; `maybe` marks a beat that short stories leave out. */
export type Beat = readonly string[] | { readonly maybe: readonly string[] };

export type Role = "child" | "adult" | "any" | readonly string[];

export interface Plot {
  readonly id: string;
  /** What a request may ask for: "a lost basket". */
  readonly about: string;
  readonly skies?: readonly Sky[];
  readonly seasons?: readonly Season[];
  readonly evening?: boolean;
  readonly hero?: Role;
  readonly friend?: Role;
  /** Each list is drawn from once; the drawn record's slots are bound through the whole story. */
  readonly draws?: readonly (readonly Scope[])[];
  readonly beats: readonly Beat[];
  /** How the hero feels at the end; bound as {mood}. */
  readonly mood: readonly string[];
  readonly lesson: readonly string[];
  readonly asks: readonly (readonly [question: string, answer: string])[];
}

/** Where things grow and people sit outside. */
export const warmSeasons: readonly Season[] = ["spring", "summer", "autumn"];

/** One record for each word: each("item", "cup|rope"). */
export const each = (slot: string, words: string): readonly Scope[] =>
  words.split("|").map((word) => ({ [slot]: word }));
