import postgres from "postgres";
import { afterAll, expect, test } from "vitest";
import { rowsIn, rowsValue, runNode, withFolder, type PortValue } from "../../../test/conformance/harness.ts";
import type { RowSchema } from "@heddle/schema/type";

const url = process.env["TEST_DATABASE_URL"] ?? "";
const size = 6;

async function hasExtension(): Promise<boolean> {
  if (url === "") return false;
  const sql = postgres(url, { max: 1, connect_timeout: 5 });
  const found = await sql`select 1 from pg_available_extensions where name = 'vector'`.finally(() => sql.end());
  return found.length > 0;
}

const here = await hasExtension();
const prefix = `test_${process.pid}`;

const secrets = { VECTORS: url, OTHER: "sk-not-an-address", NOWHERE: "postgres://user:word@127.0.0.1:1/x" };

afterAll(async () => {
  if (!here) return;
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const tables = await sql`select tablename from pg_tables where tablename like ${`${prefix}%`}`;
  for (const { tablename } of tables) await sql`drop table ${sql(String(tablename))}`;
  await sql.end();
});

function documents(): PortValue {
  let state = 3;
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32 - 0.5;
  const schema: RowSchema = {
    columns: { text: { kind: "string" }, year: { kind: "int" }, vector: { kind: "vector", size } },
    open: false,
  };
  return rowsValue(
    schema,
    Array.from({ length: 200 }, (_, n) => ({
      text: `tab\there, back\\slash, line\nbreak and zero\0 in document ${n}`,
      year: 1900 + (n % 50),
      vector: Float32Array.from({ length: size }, random),
    })),
  );
}

const queries = rowsValue({ columns: { query: { kind: "string" }, vector: { kind: "vector", size } }, open: false }, [
  { query: "document 7", vector: Float32Array.of(1, 0, 0, 0.2, 0, 0) },
  { query: "back slash", vector: Float32Array.of(0, 0.3, 0, 0, 1, 0) },
]);

test.skipIf(!here).each(["cosine", "dot", "l2"])(
  "%s: an index in PostgreSQL finds what one in files finds (needs pgvector in TEST_DATABASE_URL's server)",
  (metric) =>
    withFolder(async (folder) => {
      const inputs = { rows: documents() };
      const database = { store: "postgres", database: "VECTORS", table: prefix };
      const stored = await runNode("index", { params: { metric, ...database }, inputs, secrets }, `${folder}/a`);
      const again = await runNode("index", { params: { metric, ...database }, inputs, secrets }, `${folder}/b`);
      const files = await runNode("index", { params: { metric }, inputs }, `${folder}/c`);
      const { table, recall_at_10: recall } = stored.outputs["report"]!.report!.values;
      expect(again.outputs["report"]!.report!.values["table"]).toBe(table);
      expect(recall).toBeGreaterThan(0.95);
      for (const wishes of [
        { mode: "dense" },
        { mode: "dense", where: "year < 1905" },
        { mode: "hybrid" },
        { mode: "dense", mmr_lambda: 0.5 },
      ]) {
        const ask = async (index: PortValue) => {
          const params = { k: 5, ef: 200, database: "VECTORS", ...wishes };
          const { outputs } = await runNode("retrieve", { params, inputs: { rows: queries, index }, secrets }, folder);
          return rowsIn(outputs["rows"]).map(({ hits }) => hits);
        };
        const [there, own] = [await ask(stored.outputs["index"]!), await ask(files.outputs["index"]!)];
        expect(there).toMatchObject(
          JSON.parse(JSON.stringify(own), (key, value: unknown) =>
            key === "score" ? expect.closeTo(Number(value), 4) : value,
          ),
        );
      }
    }),
);

test.skipIf(!here)("what is wrong with the database is said in a sentence (needs pgvector)", () =>
  withFolder(async (folder) => {
    const { outputs } = await runNode(
      "index",
      { params: { store: "postgres", database: "VECTORS", table: prefix }, inputs: { rows: documents() }, secrets },
      folder,
    );
    const sql = postgres(url, { max: 1 });
    await sql`drop table ${sql(String(outputs["report"]!.report!.values["table"]))}`;
    await sql.end();
    const asked = { rows: queries, index: outputs["index"]! };
    const ask = (params: object) =>
      runNode("retrieve", { params: { mode: "dense", ...params }, inputs: asked, secrets }, folder);
    await expect(ask({ database: "VECTORS" })).rejects.toThrow("is not in the database");
    await expect(ask({ database: "OTHER" })).rejects.toThrow("the secret is no address of a database");
    await expect(ask({ database: "NOWHERE" })).rejects.toThrow("the database cannot be used: connect ECONNREFUSED");
    await expect(ask({})).rejects.toThrow("name the secret with its address");
  }),
);

test("a database without a secret, and words in a database, are issues", async () => {
  const rows = rowsValue({ columns: { text: { kind: "string" } }, open: false }, [{ text: "a" }]);
  const built = runNode("index", { params: { store: "postgres" }, inputs: { rows } }, ".");
  await expect(built).rejects.toThrow(
    /name the secret with the database's address[^]*has no vectors to keep in a database/,
  );
});
