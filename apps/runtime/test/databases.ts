// The databases that the suite runs on: PGlite always, PostgreSQL where a server answers on 127.0.0.1:5432 (trust) or at DATABASE_URL.
import { randomUUID } from "node:crypto";
import postgres from "postgres";

export interface TestDatabase {
  readonly name: string;
  /** Why it cannot be tested here. */
  readonly skip: string | undefined;
  /** Makes an empty database; its URL, or undefined for the embedded one. */
  create(): Promise<string | undefined>;
  url(): string | undefined;
  drop(): Promise<void>;
}

const embedded: TestDatabase = {
  name: "PGlite",
  skip: undefined,
  create: async () => undefined,
  url: () => undefined,
  drop: async () => {},
};

async function onServer(): Promise<TestDatabase> {
  const server = process.env["DATABASE_URL"] ?? "postgres://postgres@127.0.0.1:5432/postgres";
  const open = () => postgres(server, { max: 1, connect_timeout: 2, onnotice: () => {} });
  const name = `heddle_test_${randomUUID().replaceAll("-", "")}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  const execute = async (sql: string) => {
    const client = open();
    try {
      await client.unsafe(sql);
    } finally {
      await client.end();
    }
  };
  const skip = await execute("select 1").then(
    () => undefined,
    (error: unknown) => `no PostgreSQL here: ${String(error)}`,
  );
  return {
    name: skip === undefined ? "PostgreSQL" : `PostgreSQL (skipped: ${skip})`,
    skip,
    async create() {
      await execute(`create database ${name}`);
      return url.href;
    },
    url: () => url.href,
    drop: () => execute(`drop database ${name} with (force)`),
  };
}

export const databases: TestDatabase[] = [embedded, await onServer()];
