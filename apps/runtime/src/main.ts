// The composition root of the runtime: joins the catalogue of nodes with the engine, and hands both to the command line.
import { enableCompileCache } from "node:module";
import { CommanderError } from "commander";
import { UsageError } from "./cli/graph-file.ts";
import { createProgram } from "./cli/program.ts";
import { loadCatalogue } from "./catalogue.ts";
import packageJson from "../package.json" with { type: "json" };

enableCompileCache();

const nodes = new URL("../../../packages/nodes/", import.meta.url);

try {
  await createProgram({ version: packageJson.version, load: () => loadCatalogue(nodes) }).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
