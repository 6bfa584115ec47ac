// PGlite's data directory. Making a new cluster takes seconds, so one that is already migrated is kept beside the installed packages
// and copied; the copy is .1 s.
import { createHash, randomUUID } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { openPglite } from "./pglite.ts";
import { migrate, migrations } from "./migrate.ts";

/** node_modules/.cache/heddle/…, or undefined where the packages are installed read-only. */
function preparedPath(): string | undefined {
  const entry = createRequire(import.meta.url).resolve("@electric-sql/pglite");
  const packages = entry.slice(0, entry.lastIndexOf(join("@electric-sql", "pglite")));
  // The package's description names its version: another PGlite makes another cluster.
  const pglite = readFileSync(join(packages, "@electric-sql", "pglite", "package.json"), "utf8");
  const name = createHash("sha256")
    .update(JSON.stringify([pglite, migrations()]))
    .digest("hex")
    .slice(0, 16);
  try {
    accessSync(packages, constants.W_OK);
  } catch {
    return undefined;
  }
  return join(packages, ".cache", "heddle", `database-${name}`);
}

export async function prepareDataDirectory(directory: string): Promise<void> {
  if (existsSync(join(directory, "PG_VERSION"))) return;
  const prepared = preparedPath();
  if (prepared === undefined) return;
  if (!existsSync(prepared)) await prepare(prepared);
  const partial = `${directory}.${randomUUID()}`;
  await mkdir(dirname(directory), { recursive: true });
  await cp(prepared, partial, { recursive: true, mode: constants.COPYFILE_FICLONE });
  await rename(partial, directory);
}

async function prepare(prepared: string): Promise<void> {
  const partial = `${prepared}.${randomUUID()}`;
  await mkdir(dirname(prepared), { recursive: true });
  const driver = openPglite(partial);
  await migrate(driver);
  await driver.close();
  // Another process may have been quicker: its directory is as good, and a directory is not renamed over one that has files.
  await rename(partial, prepared).catch(async (error: unknown) => {
    if (!existsSync(prepared)) throw error;
    await rm(partial, { recursive: true });
  });
}
