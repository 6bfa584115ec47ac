// Casts a story: who takes part, when and where it happens. All that templates may name is bound here, once,
// so that a document cannot change its mind half-way.

import type { Scope } from "./grammar.ts";
import type { Plot, Role } from "./plots/plot.ts";
import type { Random } from "./random.ts";
import { people, places, seasons, skies, type Person, type Season, type Sex, type Sky } from "./world.ts";

export interface Scene {
  readonly hero: Person;
  readonly friend: Person;
  readonly season: Season;
  readonly sky: Sky;
  readonly scope: Scope;
}

const pronouns: Readonly<Record<Sex, readonly [string, string, string, string]>> = {
  she: ["she", "her", "her", "herself"],
  he: ["he", "him", "his", "himself"],
};

/** Slots of one person: {hero}, {he}, {hero.home} …; the friend's pronouns carry an f: {fhe}. */
export function personScope(slot: string, mark: string, person: Person): Scope {
  const [he, him, his, himself] = pronouns[person.sex];
  const [phe, phim, phis] = pronouns[person.pet.sex];
  return {
    [slot]: person.name,
    [`${mark}he`]: he,
    [`${mark}him`]: him,
    [`${mark}his`]: his,
    [`${mark}himself`]: himself,
    [`${slot}.role`]: person.role,
    [`${slot}.home`]: person.home,
    [`${slot}.thing`]: `${person.colour} ${person.thing}`,
    [`${slot}.food`]: person.food,
    [`${slot}.fear`]: person.fear,
    [`${slot}.trait`]: person.trait,
    [`${slot}.worked`]: person.worked,
    [`${mark}pet`]: person.pet.name,
    [`${mark}pet.kind`]: person.pet.kind,
    [`${mark}pet.colour`]: person.pet.colour,
    [`${mark}phe`]: phe,
    [`${mark}phim`]: phim,
    [`${mark}phis`]: phis,
  };
}

function castable(role: Role | undefined): readonly Person[] {
  if (role === undefined || role === "any") return people;
  if (role === "child" || role === "adult") return people.filter((person) => person.child === (role === "child"));
  return people.filter((person) => role.includes(person.name));
}

/** Who may be the friend of `hero`; a drawn record may name the friend itself, as `with`. */
const friendsFor = (plot: Plot, hero: Person, drawn: Scope): readonly Person[] =>
  castable(drawn["with"] === undefined ? plot.friend : [drawn["with"]]).filter((person) => person !== hero);

export const mayLead = (plot: Plot, hero: Person): boolean =>
  castable(plot.hero).includes(hero) && friendsFor(plot, hero, {}).length > 0;

/** Storms and fog change what people can do, so that only plots which name them get them. */
const fits = (plot: Plot, sky: Sky): boolean => plot.skies?.includes(sky) ?? (sky !== "storm" && sky !== "fog");

const possibleSeasons = (plot: Plot): readonly Season[] =>
  (plot.seasons ?? seasons).filter((season) => skies[season].some((sky) => fits(plot, sky)));

export function castScene(plot: Plot, random: Random, wanted?: { hero?: Person }): Scene {
  const drawn: Record<string, string> = {};
  for (const records of plot.draws ?? []) Object.assign(drawn, random.pick(records));
  const leading = people.filter((person) => mayLead(plot, person) && friendsFor(plot, person, drawn).length > 0);
  const hero = wanted?.hero && leading.includes(wanted.hero) ? wanted.hero : random.pick(leading);
  const friend = random.pick(friendsFor(plot, hero, drawn));
  const season = random.pick(possibleSeasons(plot));
  const sky = random.pick(skies[season].filter((each) => fits(plot, each)));
  const place = random.pick(places);

  const scope = {
    ...personScope("hero", "", hero),
    ...personScope("friend", "f", friend),
    season,
    place: place.name,
    at: place.at,
    to: place.to,
    ...drawn,
    mood: random.pick(plot.mood),
  };
  return { hero, friend, season, sky, scope };
}
