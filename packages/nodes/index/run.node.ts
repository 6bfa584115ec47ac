import { hnsw } from "@heddle/retrieval/hnsw.node";
import { pgvector } from "@heddle/retrieval/pgvector.node";
import { indexRows } from "./build.ts";

export const run = indexRows({ graph: hnsw, database: pgvector });
