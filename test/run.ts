// `npm test`: prepares what the suite needs of the machine (Chromium, PostgreSQL), then types, lint, format and every test.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { findOrInstallChromium } from "./machine/chromium.ts";
import { findOrStartPostgres } from "./machine/postgres.ts";

const root = join(import.meta.dirname, "..");
const run = (label: string, command: string, ...args: string[]): boolean => {
  const began = Date.now();
  console.log(`\n> ${label}`);
  const { status } = spawnSync(join(root, "node_modules/.bin", command), args, {
    cwd: root,
    stdio: "inherit",
    env: process.env,
  });
  console.log(`${label}: ${status === 0 ? "passed" : "failed"} in ${Math.round((Date.now() - began) / 1000)} s`);
  return status === 0;
};

const chromium = findOrInstallChromium();
if (chromium === undefined)
  console.log("no Chromium: the browser tests are skipped; install it, or name it in CHROMIUM");
else process.env.CHROMIUM = chromium;

const postgres = await findOrStartPostgres();
if (postgres === undefined)
  console.log("no PostgreSQL: the database tests run on PGlite only; name one in TEST_DATABASE_URL");
else process.env.TEST_DATABASE_URL = postgres.url;

// Arguments go to vitest, and then only it runs: `npm test -- packages/schema`.
const chosen = process.argv.slice(2);
const passed =
  chosen.length > 0
    ? [run("tests", "vitest", "run", ...chosen)]
    : [
        run("types", "tsc", "--noEmit"),
        run("lint", "oxlint"),
        run("format", "oxfmt", "--check"),
        run("tests", "vitest", "run"),
      ];
postgres?.stop();
process.exitCode = passed.every(Boolean) ? 0 : 1;
