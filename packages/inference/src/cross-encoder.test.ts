// Scores of pairs against sentence-transformers' CrossEncoder, on the tiny model of tiny-models.py.
import { expect, test } from "vitest";
import { openCrossEncoder } from "./cross-encoder.ts";
import { tinyFolder, tinyModels, worstDifference } from "./tiny-models.ts";

const { texts, cross_encoder: model } = tinyModels;
const config = JSON.parse(model.files["config.json"] ?? "");
const withConfig = (fields: object) =>
  tinyFolder("cross_encoder", { "config.json": new TextEncoder().encode(JSON.stringify({ ...config, ...fields })) });

test("scores equal sentence-transformers, pairs too long for the model among them", async () => {
  await using encoder = await openCrossEncoder(tinyFolder("cross_encoder"));
  const queries = [...new Set(model.golden.pairs.map(([query]) => query))];
  const scores: number[] = [];
  for (const query of queries) scores.push(...(await encoder.score(query, texts)));
  const worst = worstDifference([scores], [model.golden.scores]);
  console.log(`cross-encoder: ${scores.length} pairs, largest difference ${worst.toExponential(1)}`);
  expect(worst).toBeLessThanOrEqual(1e-4);
});

test.each([
  { sbert_ce_default_activation_function: "torch.nn.modules.linear.Identity" },
  { sentence_transformers: { activation_fn: "torch.nn.modules.linear.Identity" } },
])("%j gives the logit itself", async (fields) => {
  await using encoder = await openCrossEncoder(withConfig(fields));
  const [score = 0] = await encoder.score(texts[0] ?? "", texts.slice(0, 1));
  const [logits = []] = await encoder.logits([[texts[0] ?? "", texts[0] ?? ""]]);
  expect(score).toBe(logits[0]);
  expect(1 / (1 + Math.exp(-score))).toBeCloseTo(model.golden.scores[0] ?? 0, 5);
});

test("what gives no score is said", async () => {
  await expect(openCrossEncoder(tinyFolder("mean"))).rejects.toThrow("the model has no classification head");
  await expect(openCrossEncoder(withConfig({ sbert_ce_default_activation_function: "x.Softsign" }))).rejects.toThrow(
    "activation Softsign is not supported; supported: Sigmoid, Identity, Tanh",
  );
});

test("no texts, no scores", async () => {
  await using encoder = await openCrossEncoder(tinyFolder("cross_encoder"));
  expect(await encoder.score("a wing", [])).toEqual([]);
});
