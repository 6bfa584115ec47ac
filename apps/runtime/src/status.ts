// What this engine is: its version, its places, and which compute engines are installed.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { StatusResponse } from "@heddle/schema/api";
import packageJson from "../package.json" with { type: "json" };
import type { Parts } from "./step.ts";

const packages = { onnx: "onnxruntime-node", "llama.cpp": "node-llama-cpp", duckdb: "@duckdb/node-api" };

export async function status(parts: Parts): Promise<StatusResponse> {
  const places = createRequire(import.meta.url).resolve.paths("onnxruntime-node") ?? [];
  const installed = (name: string) => places.some((place) => existsSync(join(place, name, "package.json")));
  const engines = Object.entries(packages).map(([engine, name]) => [engine, installed(name)]);
  return {
    version: packageJson.version,
    home: parts.home.root,
    database: (await parts.records()).kind,
    engines: { js: true, ...Object.fromEntries(engines) },
  };
}
