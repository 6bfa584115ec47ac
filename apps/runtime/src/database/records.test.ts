import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databases } from "../../test/databases.ts";
import { connect } from "./connect.ts";
import type { Driver } from "./driver.ts";
import { core } from "./drizzle.ts";
import { migrate, migrations } from "./migrate.ts";
import { openRecords, type Records, type StoredRun } from "./records.ts";
import * as schema from "./schema.ts";

const run: StoredRun = {
  id: "r1",
  graph: null,
  lineage: "l",
  directory: "/d",
  anyPath: true,
  document: { heddle: 1, name: "x", nodes: { z: { type: "t" }, a: { type: "t" } } },
  request: { to: ["z"] },
  facts: {},
  issues: [],
  state: "running",
  created: 2 ** 41,
  ended: null,
};
const step = {
  run: "r1",
  type: "t",
  state: "queued",
  key: null,
  attempt: null,
  epoch: 0,
  ms: null,
  outputs: {},
  error: null,
} as const;

const insert = (id: string) => ({ sql: "insert into migration values ($1, $2)", params: [id, 1] });
const outcome = (attempt: string, accepted: number) => ({
  step: { node: "z", attempt },
  outcome: { key: "k", attempt, outputs: {}, ms: 1, accepted },
});

describe.each(databases)("on $name", (database) => {
  const directory = mkdtempSync(join(tmpdir(), "heddle-database-"));
  let options: { directory: string; url: string | undefined };
  let driver: Driver;
  let records: Records;
  beforeAll(async () => {
    if (database.skip !== undefined) return;
    options = { directory: join(directory, "data"), url: await database.create() };
    driver = await connect(options);
  });
  afterAll(async () => {
    if (database.skip === undefined) {
      await records.close();
      await database.drop();
    }
    rmSync(directory, { recursive: true });
  });
  const check = test.skipIf(database.skip !== undefined);

  check("the migrations make exactly the columns that the schema names", async () => {
    const found = await driver.query({
      sql: "select table_name, column_name, data_type, is_nullable from information_schema.columns where table_schema = 'public'",
      params: [],
    });
    const made = found.map((cells) => cells.join(" ")).filter((line) => !line.startsWith("migration "));
    const named = Object.values(schema).flatMap((table) => {
      const columns = Object.values(core.getTableColumns(table));
      return columns.map(
        (column) =>
          `${core.getTableName(table)} ${column.name} ${column.getSQLType()} ${column.notNull ? "NO" : "YES"}`,
      );
    });
    expect(made.sort()).toEqual(named.sort());
  });

  check("migrating again, by several at a time, changes nothing", async () => {
    await Promise.all([migrate(driver), migrate(driver), migrate(driver)]);
    const count = await driver.query({ sql: "select count(*)::int from migration", params: [] });
    expect(count).toEqual([[migrations().length]]);
  });

  check("a transaction is all or nothing", async () => {
    await expect(driver.transaction([insert("one"), insert("one")])).rejects.toThrow();
    expect(await driver.query({ sql: "select count(*)::int from migration", params: [] })).toEqual([
      [migrations().length],
    ]);
    records = openRecords(driver, "here");
  });

  check("a run comes back as it was stored: large times, null, false, and keys in order", async () => {
    await records.insertRun(run, [
      { ...step, node: "z", position: 0 },
      { ...step, node: "a", position: 1 },
    ]);
    const stored = await records.run("r1");
    expect(stored?.run).toEqual({ ...run, store: "here" });
    expect(JSON.stringify(stored?.run.document)).toBe(JSON.stringify(run.document));
    expect(stored?.steps.map(({ node }) => node)).toEqual(["z", "a"]);
    await records.appendEvents("r1", [], [{ step: { node: "z", state: "running", attempt: "t1", ms: 1.5 } }]);
    expect((await records.run("r1"))?.steps[0]).toMatchObject({ state: "running", ms: 1.5 });
    expect(await records.attemptsInProgress()).toEqual(new Set(["t1"]));
    await records.setRun("r1", "done", 2 ** 42);
    expect(await records.unfinished()).toEqual([]);
  });

  check("tidying loses nothing", async () => {
    await records.tidy();
    expect(await records.run("r1")).toBeDefined();
  });

  check("what another home left on the same server is not seen", async () => {
    const other = openRecords(driver, "elsewhere");
    expect([await other.run("r1"), await other.runsOf(undefined), await other.outcome("k")]).toEqual([
      undefined,
      [],
      undefined,
    ]);
    expect(await records.run("r1")).toBeDefined();
  });

  check("an attempt's outcome is accepted once, and a lost one gives way to the one before", async () => {
    await records.appendEvents("r1", [], [outcome("one", 1)]);
    await records.appendEvents("r1", [], [outcome("one", 5)]);
    await records.appendEvents("r1", [], [outcome("two", 2)]);
    expect((await records.outcome("k"))?.attempt).toBe("two");
    await records.lose("two");
    expect(await records.outcome("k")).toMatchObject({ attempt: "one", accepted: 1 });
  });

  check("events come in order, from any place, with whatever text they hold", async () => {
    const line = `it's "quoted" \u0001 ☃ $1 %s \\`;
    const events = Array.from({ length: 2_500 }, (_, index) => ({
      kind: "log" as const,
      seq: index + 1,
      time: new Date(0).toISOString(),
      node: "z",
      line: index === 2_499 ? line : `line ${index}`,
    }));
    await records.appendEvents("r1", events);
    expect(await records.lastSeq("r1")).toBe(2_500);
    expect(await records.eventsAfter("r1", 2_498, 10)).toEqual(events.slice(2_498));
    expect(await records.lastSeq("nobody")).toBe(0);
  });
});
