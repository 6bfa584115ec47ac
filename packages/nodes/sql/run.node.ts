// The inputs become views of the Parquet files they lie in; then DuckDB is locked, so that the query reads these files and nothing else.
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DuckDBInstance, StatementType, type DuckDBConnection, type DuckDBPreparedStatement } from "@duckdb/node-api";
import { parquetStream } from "@heddle/parquet/write";
import type { Column } from "@heddle/schema/batch";
import { columnOf } from "@heddle/schema/column";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import type { ColumnType, RowSchema } from "@heddle/schema/type";
import { isDuckDb, sentenceOf } from "./errors.ts";
import { tables, type Params } from "./spec.ts";
import { cellOf, columnType, quoted, sqlType, withFacets } from "./types.ts";

export const run: WholeRun<Params> = async (context) => {
  const { params, scratch, threads, signal } = context;
  const instance = await DuckDBInstance.create(join(scratch, "tables.duckdb"), {
    threads: String(Math.max(1, threads)),
    memory_limit: `${params.memory_mb}MiB`,
    temp_directory: join(scratch, "spill"),
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
  });
  const connection = await instance.connect();
  const stop = () => connection.interrupt();
  signal.addEventListener("abort", stop);
  try {
    const inputs = await Promise.all(tables.filter(context.wired).map((table) => inputOf(table, context)));
    await connection.run(`SET allowed_paths = [${inputs.flatMap(({ files }) => files.map(literal)).join(", ")}]`);
    await connection.run("SET enable_external_access = false");
    for (const input of inputs) await connection.run(viewOf(input));
    await connection.run("SET lock_configuration = true");
    await select(connection, context);
  } catch (error) {
    signal.throwIfAborted();
    if (!isDuckDb(error)) throw error;
    const unwired = tables.filter((table) => !context.wired(table));
    throw new Error(sentenceOf(error, params.query, unwired), { cause: error });
  } finally {
    signal.removeEventListener("abort", stop);
    connection.closeSync();
    instance.closeSync();
  }
};

interface Input {
  readonly table: string;
  readonly schema: RowSchema;
  /** Parquet, one at least. */
  readonly files: readonly string[];
}

/** Rows that lie in no file are written to one, which DuckDB reads faster than values one by one. */
async function inputOf(table: string, { rows, scratch, signal }: RunContext<Params>): Promise<Input> {
  const { schema, batches, files = [] } = rows(table);
  if (files.length > 0) return { table, schema, files };
  const file = join(scratch, `${table}.parquet`);
  await pipeline(Readable.from(parquetStream(schema, batches())), createWriteStream(file), { signal });
  return { table, schema, files: [file] };
}

function viewOf({ table, schema, files }: Input): string {
  const columns = Object.entries(schema.columns).map(
    ([name, type]) => `CAST(${quoted(name)} AS ${sqlType(type)}) AS ${quoted(name)}`,
  );
  return `CREATE VIEW ${quoted(table)} AS SELECT ${columns.join(", ")} FROM read_parquet([${files.map(literal).join(", ")}])`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function select(connection: DuckDBConnection, context: RunContext<Params>): Promise<void> {
  const { params, signal, outRows, progress } = context;
  const statement = await prepare(connection, params.query);
  const schema = resultSchema(statement, context);
  const output = outRows("rows", schema);
  signal.throwIfAborted();
  const result = await statement.stream();
  let done = 0;
  for await (const chunk of result) {
    signal.throwIfAborted();
    if (chunk.rowCount === 0) continue;
    const columns = Object.entries(schema.columns).map(([name, type], i): [string, Column] => {
      const values = chunk.getColumnValues(i).map((value) => cellIn(name, type, value));
      return [name, columnOf(type, values)];
    });
    await output.write({ length: chunk.rowCount, columns: Object.fromEntries(columns) });
    done += chunk.rowCount;
    progress(done, undefined, "rows");
  }
}

function cellIn(name: string, type: ColumnType, value: Parameters<typeof cellOf>[1]) {
  try {
    return cellOf(type, value);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Error(`query: column ${name}: ${error.message}`, { cause: error });
  }
}

async function prepare(connection: DuckDBConnection, query: string): Promise<DuckDBPreparedStatement> {
  const statements = await connection.extractStatements(query);
  if (statements.count !== 1) throw new Error(`query: it holds ${statements.count} statements; give one SELECT`);
  const statement = await statements.prepare(0);
  if (statement.statementType !== StatementType.SELECT) {
    const kind = StatementType[statement.statementType];
    throw new Error(`query: a statement that is ${kind}, not SELECT; a query reads its inputs and changes nothing`);
  }
  if (statement.parameterCount > 0) throw new Error("query: it has a parameter (? or $1); write the value itself");
  return statement;
}

/** Column types as the prepared statement states them. */
function resultSchema(statement: DuckDBPreparedStatement, { rows, wired }: RunContext<Params>): RowSchema {
  const inputs = tables.filter(wired).map((table) => rows(table).schema.columns);
  const columns: Record<string, ColumnType> = {};
  for (let i = 0; i < statement.columnCount; i++) {
    const name = statement.columnName(i);
    if (Object.hasOwn(columns, name)) {
      throw new Error(`query: two columns are called ${name}; give one another name with AS`);
    }
    if (name === "" || name === "__proto__")
      throw new Error(`query: column ${i + 1} needs a name; give it one with AS`);
    const known = inputs.flatMap((input) => (Object.hasOwn(input, name) ? [input[name]!] : []));
    columns[name] = withFacets(columnType(statement.columnType(i)), known);
  }
  return { columns, open: false };
}
