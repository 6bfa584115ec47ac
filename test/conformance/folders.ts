// The folders that examples name instead of bringing files along.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Example } from "@heddle/schema/example";

const root = join(import.meta.dirname, "../..");
const places: Readonly<Record<string, string>> = {
  builtin: join(root, "packages/builtin/language-model"),
  assets: join(root, "../shared/assets"),
};

/** The folder that `builtin:` or `assets:path` stands for. */
export function folderOf(directory: string): string {
  const [place = "", path = ""] = directory.split(":", 2);
  const base = places[place];
  if (base === undefined) throw new Error(`example directory ${directory}: write builtin: or assets:<path>`);
  return join(base, path);
}

export function missingFolders({ inputs }: Pick<Example, "inputs">): string[] {
  return Object.values(inputs)
    .flat()
    .flatMap((value) => ("directory" in value && !existsSync(folderOf(value.directory)) ? [value.directory] : []));
}
