import { hnsw } from "@heddle/retrieval/hnsw.node";
import { openRetrieve } from "./open.ts";

export const open = openRetrieve(hnsw);
