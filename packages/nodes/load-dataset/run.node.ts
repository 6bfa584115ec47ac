import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import { openDataset } from "./dataset.node.ts";
import { formatFor, hubDataset, localFile, localFiles, remoteFile, type SourceFile } from "./files.node.ts";
import { download } from "./peek.node.ts";
import { DataError, problems } from "./problems.ts";
import type { Params } from "./spec.ts";

export const run: WholeRun<Params> = async (context) => {
  const { params, signal } = context;
  const files = await stagedFiles(context);
  const format = formatFor(
    files.map((file) => file.name),
    params.format,
    params.path || params.dataset,
  );
  // The first reading finds the columns, the second one names what it skips.
  const silent = problems(params.on_error, () => {});
  const dataset = await openDataset(files, { params, format, problems: silent, lookAt: Infinity });
  const found = problems(params.on_error, context.log);
  const total = files.reduce((sum, file) => sum + (file.size ?? 0), 0);
  const output = context.outRows("rows", dataset.schema);
  let read = 0;
  for await (const batch of dataset.batches(found, (bytes) => (read += bytes))) {
    signal.throwIfAborted();
    await output.write(batch);
    context.progress(read, total, "B");
  }
  if (found.skipped > 0) context.log(`${found.skipped} broken rows were left out`);
};

/** All files on this machine; remote ones are downloaded first, because they are read twice. */
async function stagedFiles(context: RunContext<Params>): Promise<readonly SourceFile[]> {
  const { params, fetch } = context;
  const isUrl = /^https?:\/\//i.test(params.path);
  if (params.dataset === "" && !isUrl) return localFiles(params.path, params.path, params.format);
  const remote = isUrl
    ? [remoteFile(fetch, params.path, basename(new URL(params.path).pathname))]
    : (await hubDataset(params, fetch)).files;
  const staged: SourceFile[] = [];
  for (const [i, file] of remote.entries()) {
    const path = join(context.scratch, `file-${i}`);
    context.progress(i, remote.length, "files");
    const sha256 = await download(file, path, context.signal);
    if (isUrl && params.sha256 !== "" && params.sha256 !== sha256) {
      throw new DataError(
        `${params.path}: its content has changed since it was looked at (sha256 ${sha256}); run again to take the new one`,
      );
    }
    staged.push(localFile(path, file.name, (await stat(path)).size));
  }
  return staged;
}
