// Builds the editor where its sources have changed since the last build (some 3 s); otherwise gives the directory at once.
import { createHash } from "node:crypto";
import { readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../..");
const editorDirectory = join(root, "apps/editor");
const built = join(editorDirectory, "dist");

/** Everything the bundle is made of; reading names and sizes of these takes a few milliseconds. */
const sources = ["apps/editor/src", "apps/editor/public", "packages"];

const isSource = /(?<!\.test)\.(tsx?|css|html|svg)$/;

export async function buildEditor(): Promise<string> {
  const digest = await sourceDigest();
  const stamp = join(built, "sources.sha256");
  if ((await readIfThere(stamp)) === digest) return built;
  // Whatever the shell says: React's development build is several times slower.
  process.env["NODE_ENV"] = "production";
  const { build } = await import("vite");
  const fresh = `${built}.${process.pid}`;
  await build({ root: editorDirectory, logLevel: "warn", build: { outDir: fresh, emptyOutDir: true } });
  await writeFile(join(fresh, "sources.sha256"), digest);
  // Two servers may build at the same time; the later one finds the earlier one's, made of the same sources.
  await rm(built, { recursive: true, force: true });
  await rename(fresh, built).catch(async (error: unknown) => {
    await rm(fresh, { recursive: true, force: true });
    if ((await readIfThere(stamp)) !== digest) throw error;
  });
  return built;
}

async function sourceDigest(): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of sources) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && isSource.test(entry.name));
    for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort())
      hash.update(path.slice(root.length)).update(await readFile(path));
  }
  const settings = ["apps/editor/vite.config.ts", "apps/runtime/src/editor-build.ts", "package-lock.json"];
  for (const file of ["apps/editor/index.html", ...settings]) hash.update(await readFile(join(root, file)));
  return hash.digest("hex");
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
