// A fresh model of the built-in one's shape with a tokenizer of our own making: what leaves as GGUF must read text alike.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFile } from "@heddle/gguf/file.node";
import { convertModel } from "@heddle/gguf/from-huggingface";
import { quantizeWithLlama } from "@heddle/gguf/kquants.node";
import { directorySource } from "@heddle/onnx/directory.node";
import { initWeights, readConfig } from "@heddle/onnx/model";
import { safetensorsBytes } from "@heddle/onnx/safetensors-writer";
import { trainBpe } from "@heddle/text/bpe-trainer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConvertibleModel } from "./convertible-model.ts";
import type { AnswerOptions, LanguageModel, Prompt } from "./language-model.ts";
import { openLanguageModel } from "./open.node.ts";

const scratch = mkdtempSync(join(tmpdir(), "heddle-trained-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const chatTemplate =
  "{% for message in messages %}<|{{ message.role }}|>{% if message.role == 'assistant' %}{% generation %}{{ message.content }}<|end|>{% endgeneration %}" +
  "{% else %}{{ message.content }}<|end|>{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";

const texts = [
  "Once upon a time there was a village by the sea. Ann had 12 red apples, and Ben's boat was blue!",
  "Where does the baker live? The baker lives near the mill, I'm sure: it's 3.5 miles away.",
  "  Two  spaces,\ttabs\nand new lines\n\n stay what they are. Naïve café, 你好 🚀.",
];

/** Writes a Llama of two layers with rows of 256, which is what K-quants are made for. */
async function makeModel(folder: string): Promise<void> {
  const { tokenizer, config } = trainBpe([...texts, ...texts], {
    vocabularySize: 384,
    specialTokens: ["<|end|>", "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>"],
    eosToken: "<|end|>",
    padToken: "<|pad|>",
    chatTemplate,
  });
  const modelConfig = {
    model_type: "llama",
    architectures: ["LlamaForCausalLM"],
    vocab_size: 384,
    hidden_size: 256,
    intermediate_size: 512,
    num_hidden_layers: 2,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    max_position_embeddings: 128,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    tie_word_embeddings: true,
    eos_token_id: 0,
  };
  const weights = initWeights(readConfig(modelConfig), 7);
  const tensors = Array.from(weights, ([name, { shape, data }]) => ({
    name,
    dtype: "F32" as const,
    shape,
    data: () => data,
  }));
  mkdirSync(folder);
  const files = { "config.json": modelConfig, "tokenizer.json": tokenizer, "tokenizer_config.json": config };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
  writeFileSync(join(folder, "model.safetensors"), await safetensorsBytes(tensors));
}

const greedy: AnswerOptions = { maxTokens: 12, temperature: 0, topK: 0, topP: 1, minP: 0, seed: 0, stop: [] };

describe("a model and tokenizer of our own making", () => {
  const folder = join(scratch, "model");
  const full = join(scratch, "full");
  let onnx: LanguageModel;
  let gguf: LanguageModel;
  beforeAll(async () => {
    await makeModel(folder);
    mkdirSync(full);
    await using sink = await createFile(join(full, "model.gguf"));
    const { notes } = await convertModel(await readConvertibleModel(directorySource(folder)), "F32", sink);
    expect(notes).toEqual([]);
    onnx = await openLanguageModel(directorySource(folder));
    gguf = await openLanguageModel({ ...directorySource(full), directory: full });
  });
  afterAll(async () => {
    await onnx[Symbol.asyncDispose]();
    await gguf[Symbol.asyncDispose]();
  });

  const prompts: Prompt[] = [
    ...texts.map((text): Prompt => ({ kind: "text", text })),
    { kind: "text", text: "<|user|>written out<|end|>" },
    {
      kind: "chat",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Who is Ann?" },
        { role: "assistant", content: "A girl." },
        { role: "user", content: "And Ben?" },
      ],
    },
  ];
  it.each(prompts)("both engines read the same ids from %j", (prompt) => {
    const ids = onnx.encode(prompt);
    expect(gguf.encode(prompt)).toEqual(ids);
    expect(ids.length).toBeGreaterThan(4);
    if (prompt.kind === "chat") expect(ids.at(-1)).toBe(4);
  });

  it("both engines say the same", async () => {
    const ids = prompts.map((prompt) => onnx.encode(prompt));
    const said = await onnx.answerAll(ids, greedy);
    expect(await gguf.answerAll(ids, greedy)).toEqual(said);
  });

  it.each(["Q2_K", "Q4_K_M", "Q5_K_S", "Q6_K", "IQ4_XS"] as const)(
    "%s uses its own types on rows of 256",
    async (format) => {
      const report = await quantizeWithLlama(join(full, "model.gguf"), join(scratch, `${format}.gguf`), format);
      const types = new Set(report.tensors.map(({ type }) => type));
      expect(types).toContain(format.replace(/_[MSL]$/, ""));
      const bits = { Q2_K: 3.5, Q4_K_M: 5.2, Q5_K_S: 5.8, Q6_K: 6.7, IQ4_XS: 5 }[format];
      expect(report.bitsPerWeight).toBeLessThan(bits);
      // Normally distributed weights: a quantizer of b bits errs by about 2^-b of them, two bits by a third.
      const worst = { Q2_K: 0.32, Q4_K_M: 0.08, Q5_K_S: 0.045, Q6_K: 0.025, IQ4_XS: 0.09 }[format];
      expect(report.relativeError).toBeLessThan(worst);
      expect(report.relativeError).toBeGreaterThan(worst / 4);
      console.log(
        `${format}: ${report.bitsPerWeight.toFixed(2)} bits per weight, error ${(100 * report.relativeError).toFixed(1)} %, ${report.notes[0]}`,
      );
    },
  );
});
