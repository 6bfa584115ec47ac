// heddle doctor: what this machine has of what Heddle can use.
import { accessSync, constants, existsSync, mkdirSync, statfsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { checkServer } from "../../database/connect.ts";
import { homeOf, readAddress } from "../../home.ts";
import type { Composition } from "../composition.ts";

interface Finding {
  readonly what: string;
  readonly state: "ok" | "warning" | "error";
  readonly sentence: string;
}

const gibibyte = 1024 ** 3;
const wantedNode = 26;

async function importable(name: string, purpose: string): Promise<Finding> {
  try {
    await import(name);
    return { what: name, state: "ok", sentence: `${purpose} works` };
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    return {
      what: name,
      state: "error",
      sentence: `${purpose} does not load (${why}): run npm ci again on this machine`,
    };
  }
}

function nodeVersion(): Finding {
  const major = Number(process.versions.node.split(".")[0]);
  const state = major >= wantedNode ? "ok" : "error";
  return {
    what: "node",
    state,
    sentence:
      state === "ok"
        ? `Node ${process.versions.node}`
        : `Node ${process.versions.node} is too old: start Heddle through npm, which brings Node ${wantedNode}`,
  };
}

function homeDirectory(home: string): Finding {
  try {
    mkdirSync(home, { recursive: true });
    accessSync(home, constants.W_OK);
  } catch (error) {
    return {
      what: "home",
      state: "error",
      sentence: `${home} cannot be written (${String(error)}): set HEDDLE_HOME to a directory that can`,
    };
  }
  const { bavail, bsize } = statfsSync(home);
  const free = (bavail * bsize) / gibibyte;
  return {
    what: "home",
    state: free < 2 ? "warning" : "ok",
    sentence: `${home}, ${free.toFixed(1)} GiB free${free < 2 ? ": models need more" : ""}`,
  };
}

async function database(url: string | undefined): Promise<Finding> {
  const what = "database";
  if (!url) return { what, state: "ok", sentence: "embedded (PGlite); DATABASE_URL is not set" };
  return checkServer(url).then(
    () => ({ what, state: "ok", sentence: "PostgreSQL at DATABASE_URL answers" }),
    (error: unknown) => ({ what, state: "error", sentence: error instanceof Error ? error.message : String(error) }),
  );
}

export async function doctor({ load }: Composition, { json }: { readonly json?: true }): Promise<void> {
  const home = homeOf(process.env);
  const server = await readAddress(home);
  const { catalogue } = await load();
  const findings: Finding[] = [
    nodeVersion(),
    {
      what: "machine",
      state: "ok",
      sentence: `${availableParallelism()} processors, ${(totalmem() / gibibyte).toFixed(0)} GiB memory`,
    },
    homeDirectory(home),
    {
      what: "server",
      state: "ok",
      sentence: server === undefined ? "no server holds this home" : `a server runs at ${server.url}`,
    },
    await database(process.env["DATABASE_URL"]),
    { what: "catalogue", state: "ok", sentence: `${catalogue.size} nodes` },
    await importable("onnxruntime-node", "the embedded engine (onnxruntime)"),
    await importable("node-llama-cpp", "llama.cpp for GGUF models"),
    existsSync("/dev/nvidia0")
      ? { what: "gpu", state: "ok", sentence: "an NVIDIA GPU is here; see the README for llama.cpp's GPU builds" }
      : { what: "gpu", state: "ok", sentence: "no NVIDIA GPU; everything runs on the processor" },
  ];
  if (json) console.log(JSON.stringify(findings, null, 2));
  else
    for (const { what, state, sentence } of findings)
      console.log(`${state.padEnd(7)}  ${what.padEnd(16)}  ${sentence}`);
  if (findings.some((finding) => finding.state === "error")) process.exitCode = 1;
}
