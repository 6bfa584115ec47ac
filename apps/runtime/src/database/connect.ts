// Opens the database: PostgreSQL where a URL names one, else PGlite under the home. Either is migrated before it is given out.
import type { Driver } from "./driver.ts";
import { migrate } from "./migrate.ts";

export async function connect(options: {
  readonly directory: string;
  readonly url?: string | undefined;
}): Promise<Driver> {
  const driver = await (options.url === undefined ? embedded(options.directory) : server(options.url));
  await migrate(driver);
  return driver;
}

async function embedded(directory: string): Promise<Driver> {
  const { prepareDataDirectory } = await import("./cluster.ts");
  await prepareDataDirectory(directory);
  const { openPglite } = await import("./pglite.ts");
  return openPglite(directory);
}

async function server(url: string): Promise<Driver> {
  const { openPostgres } = await import("./postgres.ts");
  return openPostgres(url);
}
