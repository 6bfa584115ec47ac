import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { implementations } from "./implementation.ts";

const directory = mkdtempSync(join(tmpdir(), "heddle-code-"));
afterAll(() => rmSync(directory, { recursive: true }));

function write(name: string, text: string): void {
  writeFileSync(join(directory, name), text);
}

function digest(): string {
  return implementations(new Map([["node", { run: join(directory, "run.ts") }]])).digest("node");
}

test("a file that is imported counts, through others and lazily; one that only gives a type does not", () => {
  write(
    "run.ts",
    `import { a } from "./a.ts";\nimport type { T } from "./types.ts";\nconst d = () => import("./lazy.ts");\n`,
  );
  write("a.ts", `export * as b from "./b.ts";\nexport const data = new URL("./data.bin", import.meta.url);\n`);
  write("b.ts", `import "./a.ts";\nimport zlib from "node:zlib";\n`);
  write("types.ts", "export type T = 1;\n");
  write("lazy.ts", "export const lazy = 1;\n");
  write("data.bin", "bytes");
  write("other.ts", "export {};\n");
  const before = digest();
  const changes = (name: string, text: string) => {
    write(name, text);
    const after = digest();
    return after !== before;
  };
  expect(changes("types.ts", "export type T = 2;\n")).toBe(false);
  expect(changes("other.ts", "export const x = 1;\n")).toBe(false);
  expect(changes("b.ts", `import "./a.ts";\nimport zlib from "node:zlib";\nexport const b = 2;\n`)).toBe(true);
  write("b.ts", `import "./a.ts";\nimport zlib from "node:zlib";\n`);
  expect(digest()).toBe(before);
  expect(changes("lazy.ts", "export const lazy = 2;\n")).toBe(true);
  write("lazy.ts", "export const lazy = 1;\n");
  expect(changes("data.bin", "other bytes")).toBe(true);
});

test("a package of this repository counts by its text, one from outside by its version", () => {
  const fixtures = new URL("../test/nodes/keep/run.ts", import.meta.url).pathname;
  const one = implementations(new Map([["keep", { run: fixtures }]]));
  expect(one.digest("keep")).toMatch(/^[0-9a-f]{64}$/);
  const other = implementations(new Map([["keep", { run: fixtures.replace("keep", "total") }]]));
  expect(other.digest("keep")).not.toBe(one.digest("keep"));
});

test("a node without a module is named", () => {
  expect(() => implementations(new Map()).digest("ghost")).toThrow("node ghost has no module that runs");
});
