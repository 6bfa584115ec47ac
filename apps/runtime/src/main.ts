// The composition root of the runtime: joins the catalogue of nodes with the engine, and hands both to the command line.
import { enableCompileCache } from "node:module";
import packageJson from "../package.json" with { type: "json" };

// Before anything else is loaded, so that what follows comes compiled from the cache.
enableCompileCache();

const { loadCatalogue } = await import("./catalogue.ts");
const { runProgram } = await import("./cli/program.ts");

const nodes = new URL("../../../packages/nodes/", import.meta.url);
process.exitCode = await runProgram({ version: packageJson.version, load: () => loadCatalogue(nodes) });
