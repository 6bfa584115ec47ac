// K-quants and other formats that only llama.cpp writes, by `llama_model_quantize` of the library that node-llama-cpp
// brings, called through Node's FFI. It runs in a child process: the call blocks for minutes on large models, and a
// crash in foreign code must not take the caller down.

import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { text } from "node:stream/consumers";
import { isRecord, stringAt } from "./json.ts";
import { kQuantFileTypes } from "./kquant-formats.ts";
import type { KQuantFormat } from "./kquant-formats.ts";
import type { QuantizationReport } from "./from-huggingface.ts";

export type ChildRequest = {
  readonly library: string;
  readonly input: string;
  readonly output: string;
  readonly format: KQuantFormat;
  readonly fileType: number;
  readonly threads: number;
};

/**
 * Quantizes a GGUF file (F32, F16 or BF16) into another file. llama.cpp chooses each tensor's type; where a row is not
 * whole blocks of 256 it takes a type with blocks of 32, and F16 where that does not fit either.
 * @returns sizes, and errors against the input's values
 * @throws Error where the library is not installed, or with llama.cpp's own message
 */
export async function quantizeWithLlama(
  input: string,
  output: string,
  format: KQuantFormat,
  options: { threads?: number; signal?: AbortSignal | undefined } = {},
): Promise<QuantizationReport> {
  const request: ChildRequest = {
    library: findLlamaLibrary(),
    input,
    output,
    format,
    fileType: kQuantFileTypes[format],
    threads: options.threads ?? 1,
  };
  const script = fileURLToPath(new URL("./kquants-child.node.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--experimental-ffi", script, JSON.stringify(request)],
    { stdio: ["ignore", "pipe", "pipe"], signal: options.signal, killSignal: "SIGKILL" },
  );
  const closed = new Promise<number | null>((settle, fail) => child.once("close", settle).once("error", fail));
  const [answer, log, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  if (code !== 0) throw new Error(`llama.cpp could not write ${format}: ${lastFailure(log, code)}`);
  const report: unknown = JSON.parse(answer);
  if (!isReport(report)) throw new Error(`llama.cpp's child process answered without a report for ${format}`);
  return report;
}

function lastFailure(log: string, code: number | null): string {
  const lines = log.split("\n").filter((line) => line.trim() !== "");
  const failure = lines.findLast((line) => /failed|error/i.test(line)) ?? lines.at(-1) ?? `exit status ${code}`;
  return failure.replace(/^\w*Error: |^llama_model_quantize: failed to quantize: /, "").trim();
}

function isReport(value: unknown): value is QuantizationReport {
  return isRecord(value) && stringAt(value, "format") !== undefined && Array.isArray(value["tensors"]);
}

const systems: Readonly<Record<string, string>> = { linux: "linux", darwin: "mac", win32: "win" };
const processors: Readonly<Record<string, string>> = { x64: "x64", arm64: "arm64", arm: "armv7l" };

/**
 * The path of the llama.cpp library that node-llama-cpp installed for this system.
 * @throws Error naming the package that is missing
 */
export function findLlamaLibrary(): string {
  const system = `${systems[process.platform] ?? process.platform}-${processors[process.arch] ?? process.arch}`;
  const modules = resolve(dirname(fileURLToPath(import.meta.resolve("node-llama-cpp"))), "../..");
  for (const name of [system, `${system}-metal`]) {
    const bins = join(modules, "@node-llama-cpp", name, "bins");
    if (!existsSync(bins)) continue;
    for (const entry of readdirSync(bins, { recursive: true, encoding: "utf8" })) {
      if (/(^|[\\/])(lib)?llama(\.v[\d.]+)?\.(so|dylib|dll)$/.test(entry)) return join(bins, entry);
    }
  }
  throw new Error(
    `llama.cpp's library is not installed: add the package @node-llama-cpp/${system} or choose another format`,
  );
}
