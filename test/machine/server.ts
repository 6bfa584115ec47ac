// A real `heddle start` in a process of its own, on a free port and a home of its own, for tests and screenshots.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");
export const mainFile = join(root, "apps/runtime/src/main.ts");

export interface TestServer {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** The address with the launch token in its fragment. */
  readonly address: string;
  readonly token: string;
  readonly home: string;
  readonly process: ChildProcess;
  /** Milliseconds from spawn to the printed address. */
  readonly startMs: number;
  stop(options?: { readonly keepHome?: boolean }): Promise<void>;
}

export function temporaryHome(): string {
  return mkdtempSync(join(tmpdir(), "heddle-home-"));
}

export async function startServer(
  home = temporaryHome(),
  env: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  const began = Date.now();
  const child = spawn(process.execPath, [mainFile, "start", "--port", "0", "--no-open"], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: "", ...env, HEDDLE_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const address = await printedAddress(child);
  const [url = "", token = ""] = address.split("/#token=");
  return {
    url,
    address,
    token,
    home,
    process: child,
    startMs: Date.now() - began,
    async stop({ keepHome = false } = {}) {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGTERM");
        await gone;
      }
      if (!keepHome) rmSync(home, { recursive: true, force: true });
    },
  };
}

function printedAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const read = (piece: Buffer) => {
      output += piece.toString();
      const address = /http:\/\/\S+#token=\S+/.exec(output)?.[0];
      if (address !== undefined) resolve(address);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => reject(new Error(`heddle start ended with status ${code}: ${output}`)));
  });
}

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** One `heddle` command, to its end. */
export function heddle(
  home: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const began = Date.now();
  const child = spawn(process.execPath, [mainFile, ...args], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: "", ...env, HEDDLE_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (piece: Buffer) => (stdout += piece.toString()));
  child.stderr.on("data", (piece: Buffer) => (stderr += piece.toString()));
  return new Promise((resolve) => {
    child.once("close", (code) => resolve({ status: code ?? -1, stdout, stderr, ms: Date.now() - began }));
  });
}
