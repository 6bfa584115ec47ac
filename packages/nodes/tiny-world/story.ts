// Tells one story: opening, the plot's beats in order, the feeling at the end and perhaps what it teaches.

import { choose, say, type Scope } from "./grammar.ts";
import {
  closings,
  dayOpenings,
  eveningOpenings,
  introductions,
  lessonLines,
  moodLines,
  plainOpenings,
  weather,
} from "./phrases.ts";
import { plots } from "./plots/all.ts";
import type { Plot } from "./plots/plot.ts";
import type { Random } from "./random.ts";
import { castScene, mayLead, type Scene } from "./scene.ts";
import type { Person } from "./world.ts";

export interface Story {
  readonly plot: Plot;
  readonly scene: Scene;
  /** The slots with every choice made, for questions about this story. */
  readonly scope: Scope;
  /** One entry a part: opening, beats, ending. */
  readonly parts: readonly string[];
  readonly text: string;
  readonly lesson: string;
  /** Whether the opening names the season. */
  readonly tellsSeason: boolean;
}

export interface StoryWishes {
  readonly hero?: Person;
  /** Leaves out what can be left out: some 50 to 80 words instead of up to 160. */
  readonly short?: boolean;
  readonly lesson?: boolean;
}

export function tellStory(random: Random, wishes: StoryWishes = {}): Story {
  const suited = plots.filter((plot) => !wishes.hero || mayLead(plot, wishes.hero));
  const plot = random.pick(suited);
  const scene = castScene(plot, random, wishes);
  const { hero, season, sky } = scene;

  // Choices inside a drawn slot are made now, so that the questions later repeat what the story said.
  const lesson = choose(random.pick(plot.lesson), random);
  const scope: Record<string, string> = { ...scene.scope, weather: weather[season][sky] ?? "", lesson };
  for (const [slot, value] of Object.entries(scope)) scope[slot] = choose(value, random);
  const tell = (templates: readonly string[]): string => say(random.pick(templates), scope, random);

  const parts: string[] = [];
  const opening = plot.evening ? eveningOpenings : dayOpenings;
  const skyMatters = plot.evening === true || plot.skies !== undefined;
  const tellsSeason = skyMatters || random.chance(0.6);
  const first = tellsSeason ? tell(opening) : tell(plainOpenings);
  const introduced = !tellsSeason || (wishes.short !== true && random.chance(0.45));
  parts.push([first, introduced ? tell(introductions(hero)) : ""].filter((part) => part !== "").join(" "));

  for (const beat of plot.beats) {
    if (!("maybe" in beat)) parts.push(tell(beat));
    else if (wishes.short !== true && random.chance(0.8)) parts.push(tell(beat.maybe));
  }

  const ending = [tell(moodLines)];
  if (wishes.short !== true && random.chance(0.5)) ending.push(tell(closings));
  if (wishes.lesson ?? random.chance(0.35)) ending.push(tell(lessonLines));
  parts.push(ending.join(" "));
  return { plot, scene, scope, parts, text: parts.join(" "), lesson: say(lesson, scope, random), tellsSeason };
}
