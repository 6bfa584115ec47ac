import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadCatalogue } from "./catalogue.ts";

test("a node that is unfinished is left out in words, and the others are there", async () => {
  const root = mkdtempSync(join(tmpdir(), "heddle-catalogue-"));
  const write = (node: string, files: Record<string, string>) => {
    mkdirSync(join(root, node));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, node, name), text);
  };
  const spec = "export const spec = { title: 'x' };";
  write("whole", { "spec.ts": spec, "run.ts": "export const run = () => {};" });
  write("no-run", { "spec.ts": spec });
  write("broken", { "spec.ts": "export const spec = ;", "run.ts": "" });
  write("data", { "notes.md": "no node" });
  const lines: string[] = [];
  const { catalogue, modules } = await loadCatalogue(root, (line) => lines.push(line));
  rmSync(root, { recursive: true });
  expect([[...catalogue.keys()], [...modules.keys()]]).toEqual([["whole"], ["whole"]]);
  expect(lines.toSorted()).toEqual([
    expect.stringMatching(/^node broken is left out: .*spec\.ts cannot be loaded \(/),
    expect.stringMatching(/^node no-run is left out: .* neither run\.ts nor run\.node\.ts; write one of them$/),
  ]);
});
