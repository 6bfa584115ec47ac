// Checkpoints of a step, by its key: blobs in the store, and a manifest written last that names and hashes them. Beside them the journal, a
// file that lines are only ever added to.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, mkdir, open, readdir, readFile, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { digest } from "@heddle/schema/artifact";
import type { Checkpoints } from "@heddle/schema/node";
import { z } from "zod";
import { present } from "../absent.ts";
import type { Store } from "../store.ts";

const manifest = z.strictObject({ step: z.int(), files: z.record(z.string(), digest) });

/** Older checkpoints are kept as a fallback in case the newest is damaged. */
const kept = 2;

/** Lines that come while others are being written go to disk together. */
function journalWriter(directory: string): (line: string) => Promise<void> {
  let pending: string[] = [];
  let next: Promise<void> | undefined;
  let written = Promise.resolve();
  let isWhole = false;

  async function write(): Promise<void> {
    await mkdir(directory, { recursive: true });
    await using journal = await open(join(directory, journalName), "a+");
    // What a crash tore ends here, so that it does not take the next line with it.
    const start = isWhole || (await endsWhole(journal)) ? "" : "\n";
    isWhole = true;
    const lines = pending;
    pending = [];
    next = undefined;
    await journal.appendFile(start + lines.map((line) => `${line}\n`).join(""));
    await journal.datasync();
  }
  return (line) => {
    pending.push(line);
    return (next ??= written = written.then(write));
  };
}

async function endsWhole(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return true;
  const { buffer } = await file.read(new Uint8Array(1), 0, 1, size - 1);
  return buffer[0] === 10;
}

const journalName = "journal.jsonl";

export function checkpointsOf(store: Store, directory: string, journal = directory): Checkpoints {
  async function steps(): Promise<number[]> {
    const names = (await present(readdir(directory))) ?? [];
    const found = names.filter((name) => /^\d+\.json$/.test(name)).map((name) => Number.parseInt(name, 10));
    return found.sort((a, b) => b - a);
  }

  async function load(step: number): Promise<Map<string, Uint8Array> | undefined> {
    const { files } = manifest.parse(JSON.parse(await readFile(join(directory, `${step}.json`), "utf8")));
    const contents = new Map<string, Uint8Array>();
    for (const [path, expected] of Object.entries(files)) {
      const bytes = await present(readFile(store.path(expected)));
      if (bytes === undefined || createHash("sha256").update(bytes).digest("hex") !== expected) return undefined;
      contents.set(path, bytes);
    }
    return contents;
  }

  return {
    append: journalWriter(journal),
    async *journal() {
      const path = join(journal, journalName);
      if (await present(access(path).then(() => true))) yield* createInterface({ input: createReadStream(path) });
    },
    async latest() {
      for (const step of await steps()) {
        const files = await load(step);
        if (files === undefined) continue;
        return {
          step,
          async read(path) {
            const bytes = files.get(path);
            if (bytes === undefined) throw new Error(`checkpoint ${step} has no file ${path}`);
            return bytes;
          },
        };
      }
      return undefined;
    },
    async save(step, files) {
      const named: Record<string, string> = {};
      for (const [path, bytes] of Object.entries(files)) named[path] = (await store.put(bytes)).digest;
      await mkdir(directory, { recursive: true });
      const target = join(directory, `${step}.json`);
      await writeFile(`${target}.partial`, JSON.stringify({ step, files: named }), { flush: true });
      await rename(`${target}.partial`, target);
      for (const stale of (await steps()).slice(kept)) await rm(join(directory, `${stale}.json`));
    },
  };
}
