// HEDDLE_HOME: the one place for everything on disk, held by one process at a time.
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { ifPresent } from "./absent.ts";

export interface Home {
  readonly root: string;
  /** The embedded database's data directory. */
  readonly database: string;
  /** Content-addressed blobs: `<2 hex>/<64 hex>`. */
  readonly blobs: string;
  /** Files being written, on the blobs' file system so that a rename is atomic. */
  readonly partial: string;
  /** One directory an attempt: attempt.json, inputs, scratch, outcome.json. */
  readonly attempts: string;
  /** By step key: what a later attempt resumes from. */
  readonly checkpoints: string;
  /** Directories of graphs made in the editor. */
  readonly graphs: string;
  /** Remembered digests of outside files. */
  readonly memo: string;
  readonly compileCache: string;
  /** The key of the secrets in the database; 0600. */
  readonly secretKey: string;
}

export class HomeInUse extends Error {}

/** HEDDLE_HOME, or ~/.heddle. */
export function homeOf(environment: Readonly<Record<string, string | undefined>>): string {
  return resolve(environment["HEDDLE_HOME"] || join(homedir(), ".heddle"));
}

export function layout(root: string): Home {
  return {
    root,
    database: join(root, "database"),
    blobs: join(root, "blobs"),
    partial: join(root, "partial"),
    attempts: join(root, "attempts"),
    checkpoints: join(root, "checkpoints"),
    graphs: join(root, "graphs"),
    memo: join(root, "memo"),
    compileCache: join(root, "cache", "compile"),
    secretKey: join(root, "secret.key"),
  };
}

function makeDirectories(home: Home): void {
  try {
    for (const directory of [home.blobs, home.partial, home.attempts, home.checkpoints, home.graphs, home.memo]) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
    }
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new Error(`${home.root} cannot be written (${code}): set HEDDLE_HOME to a directory that can`, { cause });
  }
}

/**
 * Takes the home for this process and gives the way to let go of it. The lock is the operating system's (SQLite's exclusive
 * file lock: fcntl or LockFileEx), so a process that dies, however it dies, lets go.
 */
export function holdHome(home: Home): () => void {
  makeDirectories(home);
  const holder = join(home.root, "holder");
  const lock = new DatabaseSync(join(home.root, "lock"));
  try {
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    const by = ifPresent(() => readFileSync(holder, "utf8")) ?? "another process";
    throw new HomeInUse(`${home.root} is in use by ${by}: stop it, or set HEDDLE_HOME to another directory`, {
      cause: error,
    });
  }
  writeFileSync(holder, `process ${process.pid}`);
  return () => {
    rmSync(holder, { force: true });
    lock.close();
  };
}

/** A name of its own that the home keeps, wherever it is moved to. */
export function homeName(home: Home): string {
  const path = join(home.root, "name");
  const known = ifPresent(() => readFileSync(path, "utf8"));
  if (known !== undefined) return known;
  const name = randomUUID();
  writeFileSync(path, name, { flush: true });
  return name;
}

const address = z.object({ url: z.url(), token: z.string(), pid: z.int() });
export type Address = z.infer<typeof address>;

const addressFile = (home: string) => join(home, "server.json");

/** Where the server that holds this home listens; undefined where none does. */
export async function readAddress(home: string): Promise<Address | undefined> {
  const text = ifPresent(() => readFileSync(addressFile(home), "utf8"));
  if (text === undefined) return undefined;
  const server = address.parse(JSON.parse(text));
  // A server that was killed leaves its file behind, but not its hold on the home.
  return isHeld(home) ? server : undefined;
}

export async function writeAddress(home: string, server: Address): Promise<void> {
  writeFileSync(addressFile(home), JSON.stringify(server), { mode: 0o600 });
}

export async function clearAddress(home: string): Promise<void> {
  rmSync(addressFile(home), { force: true });
}

function isHeld(home: string): boolean {
  const lock = new DatabaseSync(join(home, "lock"));
  try {
    lock.exec("BEGIN EXCLUSIVE; ROLLBACK");
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    lock.close();
  }
}

/** SQLITE_BUSY: another process has the lock. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 5;
}
