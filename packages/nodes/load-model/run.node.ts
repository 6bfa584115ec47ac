import { createReadStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import { createHash } from "node:crypto";
import { download } from "./download.node.ts";
import { openRepository, type HubRepository } from "./hub.node.ts";
import { describeFolder, templateFile, withChatTemplate, type ModelFolder } from "./model-folder.ts";
import { builtinDirectory, modelSource, requireBuiltin, requireFolder } from "./peek.node.ts";
import type { Params } from "./spec.ts";

async function digestFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** Where unfinished downloads wait for the next run: in Heddle's home, by commit. */
function downloadsDirectory({ repo, commit }: HubRepository): string {
  const home = process.env["HEDDLE_HOME"] ?? join(homedir(), ".heddle");
  return join(home, "downloads", `${repo.replace("/", "--")}@${commit}`);
}

/** Downloads what the folder's description names and gives the directory. */
async function fetchRepository(
  context: RunContext<Params>,
  repository: HubRepository,
  folder: ModelFolder,
): Promise<string> {
  const directory = downloadsDirectory(repository);
  const wanted = repository.files.filter(({ path }) => folder.files.includes(path));
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const file of wanted) {
    const target = join(directory, file.path);
    await mkdir(dirname(target), { recursive: true });
    await download(context.fetch, repository.url(file.path), file, target, {
      signal: context.signal,
      onProgress: (done) => context.progress(before + done, total, "B"),
    });
    before += file.size;
  }
  return directory;
}

/** Copies the folder's files to both outputs; a tokenizer that was converted is written as tokenizer.json. */
async function writeOutputs(context: RunContext<Params>, directory: string, folder: ModelFolder): Promise<void> {
  const model = context.outFiles("model", folder.model);
  const tokenizer = context.outFiles("tokenizer", folder.tokenizerFacets);
  const template = context.params.chat_template;
  const source = withChatTemplate(await modelSource(directory), template);
  const sizes = new Map((await source.list()).map(({ path, size }) => [path, size]));
  const total = folder.files.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0);
  let done = 0;
  for (const path of folder.files) {
    context.signal.throwIfAborted();
    const isGiven = path === templateFile && template;
    await model.write(path, isGiven ? template : createReadStream(join(directory, path), { highWaterMark: 1 << 20 }));
    done += sizes.get(path) ?? 0;
    context.progress(done, total, "B");
  }
  for (const path of folder.tokenizerFiles) await tokenizer.write(path, await source.read(path));
  if (folder.tokenizer !== undefined && !folder.tokenizerFiles.includes("tokenizer.json")) {
    const converted = `${JSON.stringify(folder.tokenizer.json)}\n`;
    await model.write("tokenizer.json", converted);
    await tokenizer.write("tokenizer.json", converted);
  }
}

export const run: WholeRun<Params> = async (context) => {
  const { path, repo, revision, chat_template: template } = context.params;
  if (repo !== undefined && !path) {
    const repository = await openRepository(context.fetch, repo, revision);
    const folder = await describeFolder(repository, (file) => repository.digest(file), template);
    const directory = await fetchRepository(context, repository, folder);
    await writeOutputs(context, directory, folder);
    await rm(directory, { recursive: true });
    return;
  }
  if (!path) await requireBuiltin();
  const directory = !path ? builtinDirectory : await requireFolder(path);
  const source = await modelSource(directory);
  const folder = await describeFolder(source, (file) => digestFile(join(directory, file)), template);
  if (folder.tokenizer === undefined) context.log("the folder has no tokenizer; the tokenizer output stays empty");
  await writeOutputs(context, directory, folder);
};
