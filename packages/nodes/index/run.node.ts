import { hnsw } from "@heddle/retrieval/hnsw.node";
import { indexRows } from "./build.ts";

export const run = indexRows(hnsw);
