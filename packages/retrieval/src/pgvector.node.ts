// Vectors in PostgreSQL by its extension pgvector: a table with document (its number), id, text, metadata and embedding, which other programs
// can ask as well.
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Batch, Value } from "@heddle/schema/batch";
import postgres, { type Sql, type TransactionSql } from "postgres";
import type { Metric, Vectors } from "./flat.ts";
import type { Found } from "./top.ts";
import type { TableOptions, VectorDatabase, VectorTable } from "./vector-database.ts";

interface Operators {
  readonly distance: string;
  readonly opclass: string;
  score(distance: number): number;
}

const operators: Readonly<Record<Metric, Operators>> = {
  cosine: { distance: "<=>", opclass: "vector_cosine_ops", score: (distance) => 1 - distance },
  dot: { distance: "<#>", opclass: "vector_ip_ops", score: (distance) => -distance },
  l2: { distance: "<->", opclass: "vector_l2_ops", score: (distance) => -(distance ** 2) },
};

/** What pgvector allows. */
const most = { graphSize: 2000, connectivity: 100, expansionAdd: 1000, expansionSearch: 1000 };

async function connect(url: string): Promise<Sql> {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    const like = "postgres://user:password@host/database";
    throw new Error(`the secret is no address of a database: store one such as ${like}`);
  }
  const sql = postgres(url, { max: 4, onnotice: () => {}, connect_timeout: 10 });
  await sql`select 1`.catch(async (cause: unknown) => {
    await sql.end({ timeout: 1 });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the database cannot be used: ${why}; look at the address in the secret`, { cause });
  });
  return sql;
}

async function requireExtension(sql: Sql): Promise<void> {
  const [installed] = await sql`select 1 from pg_extension where extname = 'vector'`;
  if (installed) return;
  const [available] = await sql`select 1 from pg_available_extensions where name = 'vector'`;
  if (!available)
    throw new Error("the database has no pgvector: install the extension on its server, or keep the index in files");
  await sql`create extension if not exists vector`;
}

async function isThere(sql: Sql | TransactionSql, table: string): Promise<boolean> {
  const [found] = await sql`select to_regclass(${table}) is not null as there`;
  return found?.["there"] === true;
}

/** PostgreSQL's text has no zero character. */
function copied(text: string): string {
  return text
    .replaceAll("\0", "\u{fffd}")
    .replaceAll("\\", "\\\\")
    .replaceAll("\t", "\\t")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r");
}

function jsonOf(_: string, value: Value): Value {
  return typeof value === "bigint" ? Number(value) : value;
}

function* lines(rows: Batch, { size, data }: Vectors): Generator<string> {
  const { id, text, ...kept } = rows.columns;
  const others = Object.entries(kept);
  for (let row = 0; row < rows.length; row++) {
    const metadata = Object.fromEntries(others.map(([name, column]) => [name, column.at(row)]));
    const vector = `[${data.subarray(row * size, (row + 1) * size).join(",")}]`;
    const texts = [String(id?.at(row)), String(text?.at(row)), JSON.stringify(metadata, jsonOf)].map(copied);
    yield `${[row, ...texts, vector].join("\t")}\n`;
  }
}

async function fill(
  sql: Sql,
  table: string,
  rows: Batch,
  vectors: Vectors,
  options: TableOptions,
  signal: AbortSignal,
): Promise<void> {
  const { size, graph, metric } = options;
  const building = `${table.slice(0, 40)}_${randomBytes(6).toString("hex")}`;
  const columns = `document int primary key, id text not null, text text not null, metadata jsonb not null, embedding vector(${size}) not null`;
  // One transaction: a table is there whole, or not at all.
  await sql.begin(async (one) => {
    await one`create table ${one(building)} (${one.unsafe(columns)})`;
    const copy = await one`copy ${one(building)} (document, id, text, metadata, embedding) from stdin`.writable();
    await pipeline(Readable.from(lines(rows, vectors)), copy, { signal });
    if (graph && size <= most.graphSize) {
      const m = Math.min(options.connectivity, most.connectivity);
      const width = Math.min(Math.max(options.expansionAdd, 2 * m), most.expansionAdd);
      const how = `(embedding ${operators[metric].opclass}) with (m = ${m}, ef_construction = ${width})`;
      await one`create index on ${one(building)} using hnsw ${one.unsafe(how)}`;
    }
    // Who was quicker has made the same.
    if (await isThere(one, table)) await one`drop table ${one(building)}`;
    else await one`alter table ${one(building)} rename to ${one(table)}`;
  });
}

function tableOf(sql: Sql, table: string, { metric, size, graph, expansionSearch }: TableOptions): VectorTable {
  const { distance, score } = operators[metric];

  async function search(query: Float32Array, k: number, allowed: readonly number[] | undefined): Promise<Found> {
    const vector = `[${query.join(",")}]`;
    const near = sql.unsafe(`embedding ${distance} `);
    const where = allowed ? sql`where document = any(${[...allowed]}::int[])` : sql``;
    const exact = !graph || size > most.graphSize || allowed !== undefined || k > most.expansionSearch;
    const found = await sql.begin(async (one) => {
      if (exact) await one`set local enable_indexscan = off`;
      else
        await one`select set_config('hnsw.ef_search', ${String(Math.min(most.expansionSearch, Math.max(k, expansionSearch)))}, true)`;
      return one<{ document: number; distance: number }[]>`
        select document, ${near}${vector}::vector as distance from ${one(table)} ${where} order by ${near}${vector}::vector limit ${k}`;
    });
    return {
      documents: Uint32Array.from(found, ({ document }) => document),
      scores: Float64Array.from(found, (row) => score(row.distance)),
    };
  }

  return {
    search({ data }, k, mask) {
      const allowed = mask && Array.from(mask.keys()).filter((document) => mask[document] === 1);
      const queries = Array.from({ length: data.length / size }, (_, q) => data.subarray(q * size, (q + 1) * size));
      return Promise.all(queries.map((query) => search(query, k, allowed)));
    },
    async read(documents) {
      const found = await sql<{ document: number; embedding: string }[]>`
        select document, embedding::text as embedding from ${sql(table)} where document = any(${Array.from(documents)}::int[])`;
      const by = new Map(found.map(({ document, embedding }) => [document, embedding]));
      const data = new Float32Array(documents.length * size);
      documents.forEach((document, i) => data.set(JSON.parse(by.get(document) ?? "[]"), i * size));
      return { size, data };
    },
    close: () => sql.end(),
  };
}

export const pgvector: VectorDatabase = {
  async write(url, table, rows, vectors, options, signal) {
    const sql = await connect(url);
    try {
      await requireExtension(sql);
      if (!(await isThere(sql, table))) await fill(sql, table, rows, vectors, options, signal);
    } finally {
      await sql.end();
    }
  },
  async open(url, table, options) {
    const sql = await connect(url);
    if (await isThere(sql, table)) return tableOf(sql, table, options);
    await sql.end();
    throw new Error(
      `the table ${table} is not in the database: name the secret of the database that the index was built in, or build it anew`,
    );
  },
};
