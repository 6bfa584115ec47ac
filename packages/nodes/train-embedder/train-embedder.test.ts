// What examples cannot say: that it learns, gives the same bytes twice, and that its folder is an embedder.
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openEmbedder } from "@heddle/inference/embedder";
import { directorySource } from "@heddle/onnx/directory.node";
import { seededRandom } from "@heddle/onnx/random";
import { openWordPieceTrainer } from "@heddle/text/word-piece-trainer";
import { workbench } from "../../../test/workbench.ts";
import { run } from "./run.ts";
import { spec } from "./spec.ts";

const bench = workbench();
afterAll(() => bench[Symbol.dispose]());

const topics = [
  "weaver loom heddle shuttle thread cloth",
  "ferry harbour boat sail anchor tide",
  "baker oven flour bread dough crust",
  "beekeeper hive honey swarm wax smoke",
].map((words) => words.split(" "));

/** Documents of four sentences each; those of one topic share its words. */
function documents(count: number): { document: string; text: string }[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, (_, i) => {
    const words = topics[i % topics.length]!;
    const sentence = () => Array.from({ length: 5 }, () => words[random.below(words.length)]!).join(" ");
    return Array.from({ length: 4 }, () => ({ document: `d${i}`, text: sentence() }));
  }).flat();
}

const rows = documents(60);

const schema = { columns: { document: { kind: "string" }, text: { kind: "string" } }, open: false } as const;

async function train(seed: number) {
  const trainer = openWordPieceTrainer({ vocabularySize: 90, minFrequency: 1, lowercase: true });
  for (const { text } of rows) trainer.add(text);
  const { tokenizer, config } = trainer.finish();
  const directory = mkdtempSync(join(bench.directory, "tokenizer-"));
  writeFileSync(join(directory, "tokenizer.json"), JSON.stringify(tokenizer));
  writeFileSync(join(directory, "tokenizer_config.json"), JSON.stringify(config));
  const params = { dimensions: 16, steps: 80, batch_size: 16, eval_pairs: 20, lr: 0.02, seed };
  const { files, reports } = await bench.run(spec, run, params, { rows: { schema, rows }, tokenizer: { directory } });
  return { folder: files["model"]!, values: reports["report"]!.values };
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

it("brings passages of one topic together; its folder embeds, with the fingerprint that its type carries", async () => {
  const { folder, values } = await train(1);
  // Five pairs of a topic are held out, and the neighbour may be any of them: a third is as good as it can be told.
  expect(Number(values["eval_mrr"])).toBeGreaterThan(0.33);
  await using embedder = await openEmbedder(directorySource(folder.directory));
  expect(folder.facets).toMatchObject({ architecture: "static", dimensions: 16, embedder: embedder.fingerprint });
  const texts = ["weaver shuttle", "thread loom", "sail boat"];
  const [weaver, loom, boat] = await embedder.embed(texts, "document");
  expect(cosine(weaver!, loom!)).toBeGreaterThan(cosine(weaver!, boat!) + 0.3);
});

it("gives the same bytes for the same seed", async () => {
  const [first, again, other] = [await train(2), await train(2), await train(3)];
  const digest = ({ folder }: typeof first) => folder.facets["fingerprint"];
  expect(digest(again)).toBe(digest(first));
  expect(digest(other)).not.toBe(digest(first));
});
