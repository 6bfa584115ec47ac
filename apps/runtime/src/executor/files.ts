// Directory artifacts at run time: inputs staged as read-only links under their names, outputs written straight into the store.
import { constants } from "node:fs";
import { chmod, copyFile, link, mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import type { Manifest } from "@heddle/schema/artifact";
import type { FilesInput, FilesOutput } from "@heddle/schema/node";
import type { Facets, OpaqueKind, PortType, RowSchema } from "@heddle/schema/type";
import { present } from "../absent.ts";
import type { Store } from "../store.ts";

/** Lays an artifact's files into `directory` by link; where links do not reach, by copy. */
export async function stage(store: Store, manifest: Manifest, directory: string): Promise<void> {
  const directories = new Set([directory]);
  await mkdir(directory, { recursive: true });
  for (const file of manifest.files ?? []) {
    const target = join(directory, plainPath(file.path));
    if (!directories.has(dirname(target))) {
      await mkdir(dirname(target), { recursive: true });
      directories.add(dirname(target));
    }
    await link(store.path(file.digest), target).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && (error.code === "EXDEV" || error.code === "EPERM")))
        throw error;
      return copyFile(store.path(file.digest), target, constants.COPYFILE_FICLONE);
    });
  }
  for (const path of directories) await chmod(path, 0o555);
}

export interface Staged {
  readonly manifest: Manifest;
  /** Where the files of a directory artifact lie; rows have none. */
  readonly directory: string;
}

export type Inputs = Readonly<Record<string, readonly Staged[]>>;

/** Lays the inputs of directory artifacts (digests by port) under `inputs` in `root`. */
export async function stageInputs(
  recipe: Readonly<Record<string, readonly string[]>>,
  root: string,
  store: Store,
): Promise<Inputs> {
  const directory = join(root, "inputs");
  await mkdir(directory, { recursive: true });
  await mkdir(join(root, "scratch"), { recursive: true });
  const inputs: Record<string, Staged[]> = {};
  for (const [port, digests] of Object.entries(recipe)) {
    const staged: Staged[] = [];
    for (const [index, digest] of digests.entries()) {
      const manifest = await store.manifest(digest);
      if (manifest === undefined) throw new Error(`input ${port}: artifact ${digest} is not in the store`);
      const place = join(directory, `${port}-${index}`);
      if (manifest.files) await stage(store, manifest, place);
      staged.push({ manifest, directory: place });
    }
    inputs[port] = staged;
  }
  return inputs;
}

/** Removes a directory, also one in which artifacts are staged read-only. */
export async function removeTree(directory: string): Promise<void> {
  const entries = (await present(readdir(directory, { recursive: true, withFileTypes: true }))) ?? [];
  for (const entry of entries) if (entry.isDirectory()) await present(chmod(join(entry.parentPath, entry.name), 0o700));
  await rm(directory, { recursive: true, force: true });
}

/** A path inside an artifact: relative, with `/`, and never upwards. */
export function plainPath(path: string): string {
  const normal = posix.normalize(path);
  if (path === "" || posix.isAbsolute(normal) || normal.split("/").includes("..") || path.includes("\\")) {
    throw new Error(`${JSON.stringify(path)} is not a path inside an artifact`);
  }
  return normal;
}

export function filesInput(manifest: Manifest, directory: string): FilesInput {
  if (manifest.type.kind === "rows") throw new Error("a rows artifact is read with rows(), not files()");
  const files = manifest.files ?? [];
  const locate = (path: string) => {
    if (!files.some((file) => file.path === path)) {
      throw new Error(`${manifest.type.kind} has no file ${path}: it has ${files.map((file) => file.path).join(", ")}`);
    }
    return join(directory, path);
  };
  return {
    facets: manifest.type.facets ?? {},
    directory,
    list: async () => files.map(({ path, size }) => ({ path, size })),
    read: async (path) => readFile(locate(path)),
    async readRange(path, start, end) {
      const file = await open(locate(path), "r");
      try {
        const bytes = new Uint8Array(end - start);
        const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
        if (bytesRead < bytes.length) throw new Error(`${path} ends at byte ${start + bytesRead}, before ${end}`);
        return bytes;
      } finally {
        await file.close();
      }
    },
  };
}

export interface FilesWriter extends FilesOutput {
  finish(): Manifest;
}

export function filesWriter(store: Store, kind: OpaqueKind, facets: Facets, schema?: RowSchema): FilesWriter {
  if (schema && kind !== "index") throw new Error(`a ${kind} artifact keeps no row schema, only an index does`);
  const type: PortType = kind === "index" && schema ? { kind, facets, schema } : { kind, facets };
  const files = new Map<string, { path: string; digest: string; size: number }>();
  return {
    async write(path, content) {
      const name = plainPath(path);
      if (files.has(name)) throw new Error(`${name} was written twice`);
      if (typeof content === "string" || content instanceof Uint8Array) {
        files.set(name, { path: name, ...(await store.put(content)) });
        return;
      }
      const blob = await store.writer();
      for await (const piece of content) await blob.write(piece);
      files.set(name, { path: name, ...(await blob.finish()) });
    },
    finish: () => ({
      type,
      files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    }),
  };
}
