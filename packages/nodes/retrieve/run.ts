import { openRetrieve } from "./open.ts";

/** Anywhere: an index with a graph is searched exactly. */
export const open = openRetrieve(undefined);
