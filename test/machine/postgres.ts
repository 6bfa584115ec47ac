// A PostgreSQL for the database tests: the one that answers on this machine, or a throwaway cluster of Debian's postgresql.
import { spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createConnection, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installDebianPackage } from "./debian.ts";

export interface TestPostgres {
  readonly url: string;
  stop(): void;
}

const usual = "postgres://postgres@127.0.0.1:5432/postgres";
const binaries = "/usr/lib/postgresql";

export async function findOrStartPostgres(): Promise<TestPostgres | undefined> {
  const given = process.env.TEST_DATABASE_URL;
  if (given !== undefined) return { url: given, stop: () => {} };
  if (await answers(5432)) return { url: usual, stop: () => {} };
  if (serverDirectory() === undefined && !installDebianPackage("postgresql")) return undefined;
  const directory = serverDirectory();
  return directory === undefined ? undefined : startCluster(directory);
}

function serverDirectory(): string | undefined {
  const listed = spawnSync("ls", [binaries], { encoding: "utf8" });
  if (listed.status !== 0) return undefined;
  const newest = readdirSync(binaries).sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? undefined : join(binaries, newest, "bin");
}

function asPostgres(...command: string[]) {
  return process.getuid?.() === 0
    ? spawnSync("su", ["postgres", "-s", "/bin/sh", "-c", command.map((word) => `'${word}'`).join(" ")])
    : spawnSync(command[0] ?? "", command.slice(1));
}

/** PostgreSQL refuses to run as root, so the cluster belongs to Debian's `postgres` user. */
async function startCluster(bin: string): Promise<TestPostgres | undefined> {
  const data = mkdtempSync(join(tmpdir(), "heddle-postgres-"));
  const ids = spawnSync("id", ["-u", "postgres"], { encoding: "utf8" });
  if (process.getuid?.() === 0 && ids.status === 0) chownSync(data, Number(ids.stdout.trim()), 0);
  const port = await freePort();
  const made = asPostgres(join(bin, "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "--no-sync");
  const options = `-p ${port} -h 127.0.0.1 -k ${data} -F`;
  const started = asPostgres(join(bin, "pg_ctl"), "-D", data, "-o", options, "-l", join(data, "log"), "-w", "start");
  if (made.status !== 0 || started.status !== 0) {
    console.log(`PostgreSQL could not be started: ${String(made.stderr)}${String(started.stderr)}`);
    return undefined;
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop() {
      asPostgres(join(bin, "pg_ctl"), "-D", data, "-m", "immediate", "stop");
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
    socket.once("connect", () => socket.end());
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
