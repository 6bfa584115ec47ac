// The digest of what computes a node: the text of its run module and of everything that imports inside this repository, and the
// versions of the packages it imports from outside.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, join, resolve, sep } from "node:path";
import { ifPresent } from "./absent.ts";
import type { NodeModules } from "./catalogue.ts";

interface Part {
  readonly digest: string;
  /** Absolute paths of files in the repository. */
  readonly files: readonly string[];
  /** `name@version` of packages outside. */
  readonly packages: readonly string[];
}

export interface Implementations {
  /** Hex sha256; files are read again where their size or time changed. */
  digest(type: string): string;
  /** As the files are now: each type is looked at once. */
  now(): Implementations;
}

export function implementations(modules: NodeModules): Implementations {
  const parts = new Map<string, { stamp: string; part: Part }>();

  function partOf(path: string): Part {
    const { size, mtimeMs } = statSync(path);
    const stamp = `${size} ${mtimeMs}`;
    const known = parts.get(path);
    if (known?.stamp === stamp) return known.part;
    const part = scan(path);
    parts.set(path, { stamp, part });
    return part;
  }

  function digest(type: string): string {
    const entry = modules.get(type);
    if (entry === undefined) throw new Error(`node ${type} has no module that runs`);
    const seen = new Map<string, string>();
    const packages = new Set<string>();
    const waiting = [entry.run];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (seen.has(path)) continue;
      const part = partOf(path);
      seen.set(path, part.digest);
      for (const name of part.packages) packages.add(name);
      waiting.push(...part.files);
    }
    // Content only, never paths: the same code elsewhere has the same digest.
    const hash = createHash("sha256");
    for (const line of [...[...seen.values()].sort(), ...[...packages].sort()]) hash.update(`${line}\n`);
    return hash.digest("hex");
  }

  return {
    digest,
    now() {
      const looked = new Map<string, string>();
      const remembered: Implementations = {
        digest(type) {
          const known = looked.get(type) ?? digest(type);
          looked.set(type, known);
          return known;
        },
        now: () => remembered,
      };
      return remembered;
    },
  };
}

// `import x from "…"`, `export … from "…"`, `import("…")` and `new URL("…", import.meta.url)`; type imports run nothing.
const importPattern =
  /(?:\b(?:import|export)\s+(?!type\b)(?:[\w*\s{},$]*?\sfrom\s+)?|\bimport\(\s*|\bnew URL\(\s*)["']([^"'\n]+)["']/g;

function scan(path: string): Part {
  const content = readFileSync(path);
  const files: string[] = [];
  const packages: string[] = [];
  const isCode = /\.[cm]?[jt]sx?$/.test(path);
  for (const [, specifier = ""] of isCode ? content.toString("utf8").matchAll(importPattern) : []) {
    if (isBuiltin(specifier) || /^[a-z]+:/.test(specifier)) continue;
    if (specifier.startsWith(".")) {
      const file = resolve(dirname(path), specifier);
      if (ifPresent(() => statSync(file))?.isFile() === true) files.push(file);
      continue;
    }
    const found = packageOf(specifier, dirname(path));
    if (found === undefined) continue;
    if (found.outside) packages.push(found.name);
    else files.push(createRequire(path).resolve(specifier));
  }
  return { digest: createHash("sha256").update(content).digest("hex"), files, packages };
}

function packageOf(specifier: string, from: string): { name: string; outside: boolean } | undefined {
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  for (let directory = from; ; directory = dirname(directory)) {
    const root = join(directory, "node_modules", name);
    if (existsSync(join(root, "package.json"))) {
      const real = realpathSync(root);
      const { version } = JSON.parse(readFileSync(join(real, "package.json"), "utf8"));
      // A workspace is linked into node_modules, but does not lie there.
      return { name: `${name}@${version}`, outside: real.includes(`${sep}node_modules${sep}`) };
    }
    if (dirname(directory) === directory) return undefined;
  }
}
