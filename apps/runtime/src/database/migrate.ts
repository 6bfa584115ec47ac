// Brings a database to the newest schema: the files of migrations/ in order, each once, under an advisory lock.
import { readdirSync, readFileSync } from "node:fs";
import type { Driver } from "./driver.ts";

const directory = new URL("../../migrations/", import.meta.url);

export function migrations(): { name: string; sql: string }[] {
  const names = readdirSync(directory).filter((name) => name.endsWith(".sql"));
  return names.sort().map((name) => ({ name, sql: readFileSync(new URL(name, directory), "utf8") }));
}

/** "heddle" in ASCII, as far as 32 bits reach: the lock's number. */
const lock = 0x68_65_64_64;

export async function migrate(driver: Driver): Promise<void> {
  await driver.script("create table if not exists migration (name text primary key, applied bigint not null)");
  const applied = await driver.query({ sql: "select name from migration", params: [] });
  const done = new Set(applied.map(([name]) => name));
  if (migrations().every(({ name }) => done.has(name))) return;
  // One block is one transaction, which the lock lasts for; a second process finds the names there when it gets the lock.
  for (const { name, sql } of migrations()) {
    await driver.script(`do $heddle$ begin
      perform pg_advisory_xact_lock(${lock});
      if not exists (select from migration where name = '${name}') then
        ${sql}
        insert into migration values ('${name}', ${Date.now()});
      end if;
    end $heddle$`);
  }
}
