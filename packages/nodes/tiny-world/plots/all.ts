// Every plot of the tiny world.

import { findingPlots } from "./finding.ts";
import { growingPlots } from "./growing.ts";
import { helpingPlots } from "./helping.ts";
import { playingPlots } from "./playing.ts";
import type { Plot } from "./plot.ts";
import { seasonPlots } from "./seasons.ts";
import { sharingPlots } from "./sharing.ts";

export const plots: readonly Plot[] = [
  ...findingPlots,
  ...helpingPlots,
  ...growingPlots,
  ...sharingPlots,
  ...seasonPlots,
  ...playingPlots,
];
