// Rows per second of filter conditions: the closures over columns, and cel-js alone on the same rows.
import { compileCondition } from "@heddle/cel/predicate";
import { batchOf } from "@heddle/schema/column";
import type { RowSchema } from "@heddle/schema/type";

export const title = "filter: rows per second";

const schema: RowSchema = {
  columns: { text: { kind: "string" }, score: { kind: "float" }, lang: { kind: "string" } },
  open: false,
};
const conditions = [
  "size(text) > 120",
  'score > 0.5 && lang == "en"',
  'text.contains("loom") || size(text) < 40',
  'text.matches("^the .*loom")',
];

export async function run(): Promise<void> {
  const words = ["the", "loom", "weaves", "a", "thread", "through", "every", "heddle", "on", "its", "way"];
  const count = 8192;
  const rows = Array.from({ length: count }, (_, i) => ({
    text: Array.from({ length: 5 + (i % 40) }, (_, j) => words[(i * 7 + j * j) % words.length]).join(" "),
    score: ((i * 37) % 100) / 100,
    lang: i % 3 === 0 ? "en" : "de",
  }));
  const batch = batchOf(schema, rows);
  for (const source of conditions) {
    const predicate = compileCondition(source, schema);
    const [fast, slow] = [true, false].map((fast) => {
      const rounds = fast ? 100 : 5;
      predicate.judge(batch, { fast });
      const started = performance.now();
      for (let round = 0; round < rounds; round++) predicate.judge(batch, { fast });
      return (count * rounds * 1000) / (performance.now() - started);
    });
    console.log(`filter ${source}: ${(fast! / 1e6).toFixed(2)} M rows/s (cel-js alone: ${(slow! / 1e6).toFixed(2)})`);
  }
}

if (import.meta.main) await run();
