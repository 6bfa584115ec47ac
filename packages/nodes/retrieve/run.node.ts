import { hnsw } from "@heddle/retrieval/hnsw.node";
import { pgvector } from "@heddle/retrieval/pgvector.node";
import { openRetrieve } from "./open.ts";

export const open = openRetrieve({ graph: hnsw, database: pgvector });
