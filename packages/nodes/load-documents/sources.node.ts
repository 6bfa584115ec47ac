// Where documents lie: a file, all files of a folder, those that match a pattern, or one URL.
import { glob, readFile, stat } from "node:fs/promises";
import { basename, relative, resolve, sep } from "node:path";
import type { PeekContext } from "@heddle/schema/node";
import { Unreadable } from "./document.ts";
import { endingOf, formatOf, formatOfMedia, refusalOf, type Format } from "./formats.ts";
import type { Params } from "./spec.ts";

export interface Source {
  /** Relative to the folder or pattern, with `/`; the column `path`. */
  readonly name: string;
  /** Absolute; of a local file. */
  readonly path?: string;
  /** Throws Unreadable where there are more bytes than `most`. */
  read(most: number): Promise<{ readonly bytes: Uint8Array; readonly format: Format | undefined }>;
}

export interface Found {
  readonly sources: readonly Source[];
  /** Files of kinds that are not read: ending → how many. */
  readonly others: ReadonlyMap<string, number>;
}

export function isUrl(path: string): boolean {
  return /^https?:\/\//i.test(path);
}

/** The files in the order of their names. `path` is absolute, `where` what the user wrote. Throws where there is nothing to read. */
export async function localSources(path: string, where: string, { kinds }: Pick<Params, "kinds">): Promise<Found> {
  const found = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found?.isFile()) return { sources: [localSource(path, basename(path))], others: new Map() };
  const isPattern = /[*?{[]/.test(path);
  if (!found && !isPattern) throw new Error(`there is no file or folder ${where}`);
  const root = found ? path : resolve(path.slice(0, path.search(/[*?{[]/)).replace(/[^/\\]*$/, "") || sep);
  const pattern = found ? "**/*" : relative(root, path);
  const others = new Map<string, number>();
  const names: string[] = [];
  for await (const name of glob(pattern, { cwd: root, exclude: isHidden })) {
    if (isHidden(name) || !(await stat(resolve(root, name))).isFile()) continue;
    const kind = formatOf(name)?.kind;
    if ((kind && kinds.includes(kind)) || refusalOf(name) !== undefined) names.push(name);
    else others.set(endingOf(name), (others.get(endingOf(name)) ?? 0) + 1);
  }
  if (names.length === 0) {
    const ignored = others.size > 0 ? `, only ${printOthers(others)}` : "";
    throw new Error(
      found
        ? `${where} is a folder without documents of these kinds${ignored} (${kinds.join(", ")})`
        : `no document matches ${where}${ignored}`,
    );
  }
  return { sources: names.sort().map((name) => localSource(resolve(root, name), name.split(sep).join("/"))), others };
}

/** Version control, caches and installed packages hold nobody's documents. */
function isHidden(path: string): boolean {
  const name = basename(path);
  return (name.startsWith(".") && name !== "." && name !== "..") || name === "node_modules" || name === "__pycache__";
}

export function printOthers(others: Found["others"]): string {
  const [shown, total] = [Array.from(others), Array.from(others.values()).reduce((sum, count) => sum + count, 0)];
  const endings = shown.slice(0, 6).map(([ending]) => (ending === "" ? "without ending" : `.${ending}`));
  return `${total} ${total === 1 ? "file" : "files"} of other kinds (${endings.join(", ")}${shown.length > 6 ? ", …" : ""})`;
}

function localSource(path: string, name: string): Source {
  return {
    name,
    path,
    async read(most) {
      const { size } = await stat(path);
      if (size > most) throw tooLarge(size, most);
      return { bytes: await readFile(path), format: formatOf(name) };
    },
  };
}

function tooLarge(size: number, most: number): Unreadable {
  return new Unreadable(`${inMb(size)} MB, and max_file_mb is ${inMb(most)}; raise it, or cut the file into parts`);
}

function inMb(bytes: number): number {
  return Number((bytes / 1e6).toPrecision(3));
}

/** One document behind a URL. `fetch` checks the address. */
export function remoteSource(fetch: PeekContext["fetch"], url: string): Source {
  return {
    name: url,
    async read(most) {
      const response = await fetch(url, {
        headers: { Accept: "text/html,application/pdf,text/markdown,text/plain,*/*;q=0.5" },
      });
      if (!response.ok) {
        await response.body?.cancel();
        throw new Unreadable(`the server answers ${response.status}; check the address`);
      }
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of response.body ?? []) {
        size += chunk.length;
        if (size > most) throw tooLarge(Math.max(size, Number(response.headers.get("content-length") ?? 0)), most);
        chunks.push(chunk);
      }
      const media = response.headers.get("content-type") ?? "";
      // What the server says counts more than how the address ends: page.php is HTML.
      return { bytes: Buffer.concat(chunks), format: formatOfMedia(media) ?? formatOf(new URL(url).pathname) };
    },
  };
}
