// `npm run bench [-- name…]`: runs the benchmarks of this folder by hand, one after another, and prints their tables. Nothing here is asserted:
// machines are noisy, so figures are ratios within one run or CPU seconds.
import { readdir } from "node:fs/promises";
import { join } from "node:path";

interface Bench {
  readonly title: string;
  run(): Promise<void>;
}

const chosen = process.argv.slice(2);
const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith(".ts") && file !== "run.ts").sort();
const unknown = chosen.filter((name) => !files.includes(`${name}.ts`));
if (unknown.length > 0)
  throw new Error(`no benchmark ${unknown.join(", ")}: there are ${files.map((file) => file.slice(0, -3)).join(", ")}`);

for (const file of files) {
  if (chosen.length > 0 && !chosen.includes(file.slice(0, -3))) continue;
  const bench = (await import(join(import.meta.dirname, file))) as Bench;
  console.log(`\n## ${bench.title}`);
  await bench.run();
}
