// A Python with packages that tests compare with: HEDDLE_PYTHON, or python3.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The interpreter, if there is one that can import these modules. */
export function pythonWith(...modules: string[]): string | undefined {
  const python = process.env["HEDDLE_PYTHON"] ?? "python3";
  const { status } = spawnSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore", timeout: 30_000 });
  return status === 0 ? python : undefined;
}

/** Runs a script that reads JSON from the file sys.argv[1] and prints JSON. */
export function runPython(python: string, script: string, input: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-python-"));
  try {
    const file = join(folder, "input.json");
    writeFileSync(file, JSON.stringify(input));
    return execFileSync(python, ["-c", script, file], { encoding: "utf8", timeout: 120_000, maxBuffer: 1 << 28 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
