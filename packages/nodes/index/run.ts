import { indexRows } from "./build.ts";

/** Anywhere: words, and vectors compared one by one. */
export const run = indexRows(undefined);
