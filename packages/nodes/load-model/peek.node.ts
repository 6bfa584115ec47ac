import { stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { folder as builtinFolder } from "@heddle/builtin/language-model";
import { directorySource } from "@heddle/onnx/directory.node";
import type { FileSource } from "@heddle/onnx/file-source";
import type { Fact, Peek } from "@heddle/schema/node";
import { openRepository } from "./hub.node.ts";
import { describeFolder, isTaken, pickleReason, type ModelFolder } from "./model-folder.ts";
import type { Params } from "./spec.ts";

/** The model that ships with Heddle. */
export const builtinDirectory = fileURLToPath(builtinFolder);

function factOf({ identity, model, tokenizerFacets }: ModelFolder, resolved?: Fact["resolved"]): Fact {
  return {
    identity,
    outputs: { model: { kind: "model", facets: model }, tokenizer: { kind: "tokenizer", facets: tokenizerFacets } },
    resolved,
  };
}

/** A folder on disk; throws one line where it is none. */
export async function requireFolder(path: string): Promise<string> {
  const status = await stat(path).catch((cause: unknown) => {
    throw new Error(`${path}: not found; choose a folder with a model`, { cause });
  });
  if (status.isDirectory()) return path;
  const isPickle = /\.(?:bin|pt|pth|ckpt|pkl|pickle)$/i.test(path);
  throw new Error(isPickle ? `${path}: is ${pickleReason}` : `${path}: is a file; choose the folder it lies in`);
}

/** A folder's files; those of its folders only where sentence-transformers keeps parts of the model there. */
export async function modelSource(directory: string): Promise<FileSource> {
  const flat = directorySource(directory, { recursive: false });
  const files = await flat.list();
  return files.some(({ path }) => path === "modules.json") ? directorySource(directory) : flat;
}

/** Reads config, headers and tokenizer of the source; of a repository it pins the commit. */
export const peek: Peek<Params> = async ({ path, repo, revision, chat_template: template }, context) => {
  if (repo !== undefined && !path) {
    const repository = await openRepository(context.fetch, repo, revision);
    const folder = await describeFolder(repository, (file) => repository.digest(file), template);
    return factOf(folder, { revision: repository.commit });
  }
  const directory = !path ? builtinDirectory : await requireFolder(await context.resolve(path));
  if (!path) await requireBuiltin();
  const source = await modelSource(directory);
  if (path) {
    // A link inside the folder must not lead where a path may not go.
    for (const file of await source.list()) if (isTaken(file.path)) await context.resolve(join(directory, file.path));
  }
  return factOf(await describeFolder(source, (file) => context.digest(join(directory, file)), template));
};

/** Throws one line where the shipped model is missing from this checkout. */
export async function requireBuiltin(): Promise<void> {
  await stat(join(builtinDirectory, "config.json")).catch((cause: unknown) => {
    throw new Error(
      "the built-in model is not in this checkout; run the make-the-built-in-model template or set path or repo",
      { cause },
    );
  });
}
