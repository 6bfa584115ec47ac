// A PostgreSQL server, named by a URL.
import postgres from "postgres";
import type { Driver, Statement } from "./driver.ts";

export function openPostgres(url: string): Driver {
  const sql = postgres(url, { onnotice: () => {}, max: 4 });
  type Sendable = Parameters<typeof sql.unsafe>[1];
  const send = (through: Pick<typeof sql, "unsafe">, statement: Statement) =>
    through.unsafe(statement.sql, statement.params as Sendable).values();
  return {
    kind: "postgres",
    query: (statement) => send(sql, statement),
    async transaction(statements) {
      await sql.begin(async (transaction) => {
        for (const statement of statements) await send(transaction, statement);
      });
    },
    script: async (script) => void (await sql.unsafe(script).simple()),
    close: () => sql.end({ timeout: 2 }),
  };
}
