// Opens the database: PostgreSQL where a URL names one, else PGlite under the home. Either is migrated before it is given out.
import type { Driver } from "./driver.ts";
import { migrate } from "./migrate.ts";

export async function connect(options: {
  readonly directory: string;
  readonly url?: string | undefined;
}): Promise<Driver> {
  if (options.url !== undefined) return server(options.url, migrate);
  const driver = await embedded(options.directory);
  await migrate(driver);
  return driver;
}

/** Whether the server answers; throws the sentence that `connect` would throw. */
export async function checkServer(url: string): Promise<void> {
  const driver = await server(url, (opened) => opened.query({ sql: "select 1", params: [] }));
  await driver.close();
}

async function embedded(directory: string): Promise<Driver> {
  const { prepareDataDirectory } = await import("./cluster.ts");
  await prepareDataDirectory(directory);
  const { openPglite } = await import("./pglite.ts");
  return openPglite(directory);
}

/** Host, port and database of a URL: neither user nor password, nor what stands behind a question mark. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

async function server(url: string, prepare: (driver: Driver) => Promise<unknown>): Promise<Driver> {
  if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new Error(
      "DATABASE_URL is no PostgreSQL URL: write postgres://user:password@host:5432/database, or unset it to use the embedded database",
    );
  }
  const { openPostgres } = await import("./postgres.ts");
  const driver = openPostgres(url);
  try {
    await prepare(driver);
    return driver;
  } catch (cause) {
    await driver.close();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `DATABASE_URL names ${placeOf(url)}, which cannot be used (${why}): start that PostgreSQL, correct DATABASE_URL, or unset it to use the embedded database`,
      { cause },
    );
  }
}
