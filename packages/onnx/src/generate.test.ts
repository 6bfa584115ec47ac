import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDecoder, type Decoder } from "./decoder.ts";
import { generate, type GenerateOptions, type TokenStream } from "./generate.ts";
import { absent, openModel } from "./golden-files.ts";

const folder = join(import.meta.dirname, "../../../../shared/assets/derived/stories260K-hf");
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));

const greedy: GenerateOptions = { temperature: 0, maxTokens: 200, stopIds: [1, 2], seed: 0 };

describe.skipIf(absent)("generate with stories260K (skipped without ../shared/assets)", () => {
  let decoder: Decoder;
  let golden: {
    greedy: { ids: number[]; bos_only_200_steps_text: string };
    tokenizer_cases: { text: string; ids: number[] }[];
  };
  let spellings: Map<number, string>;
  beforeAll(async () => {
    golden = read("golden.json");
    const vocabulary: Record<string, number> = read("tokenizer.json").model.vocab;
    spellings = new Map(Object.entries(vocabulary).map(([token, id]) => [id, token]));
    decoder = await createDecoder(await openModel("derived/stories260K-hf"), { threads: 1 });
  });
  afterAll(() => decoder.release());

  /** SentencePiece spellings as text; enough for plain English. */
  const text = (): TokenStream => ({
    push: (id) => (spellings.get(id) ?? "").replaceAll("▁", " ").replace("<0x0A>", "\n"),
    end: () => "",
  });

  test("greedy gives the golden story, and streams exactly its text", async () => {
    let streamed = "";
    const [answer] = await generate(decoder, [[1]], greedy, { text, onText: (_, piece) => (streamed += piece) });
    const expected = golden.greedy.ids.slice(1, 201);
    expect(answer!.ids).toEqual(expected);
    expect(answer!.finish).toBe("length");
    expect(answer!.text).toBe(streamed);
    expect(answer!.text.trim()).toBe(golden.greedy.bos_only_200_steps_text.trim());
  });

  test("a batch of unequal prompts gives each its own answer", async () => {
    const prompts = golden.tokenizer_cases.map(({ ids }) => ids.slice(0, 20));
    const options = { ...greedy, maxTokens: 24 };
    const together = await generate(decoder, prompts, options, { text });
    for (const [row, prompt] of prompts.entries()) {
      const [alone] = await generate(decoder, [prompt], options, { text });
      expect(together[row]).toEqual(alone);
    }
  });

  test("a stop text ends the answer, is cut off and never streamed", async () => {
    let streamed = "";
    const hooks = { text, onText: (_: number, piece: string) => (streamed += piece) };
    const [answer] = await generate(decoder, [[1]], { ...greedy, stop: ["park. One", "never said"] }, hooks);
    expect(answer!.finish).toBe("stop");
    expect(answer!.text.endsWith("outside in the ")).toBe(true);
    expect(streamed).toBe(answer!.text);
  });

  test("a stop id ends the answer and is not part of it", async () => {
    const full = await generate(decoder, [[1]], greedy);
    const stopId = full[0]!.ids[20]!;
    const [answer] = await generate(decoder, [[1]], { ...greedy, stopIds: [stopId] });
    expect(answer!.finish).toBe("stop");
    expect(answer!.ids).toEqual(full[0]!.ids.slice(0, full[0]!.ids.indexOf(stopId)));
  });

  test("a seed repeats a sample, another gives another, and rows do not share one", async () => {
    const options = { ...greedy, temperature: 1, topP: 0.9, maxTokens: 30, seed: 5 };
    const [first, second] = await generate(decoder, [[1], [1]], options);
    expect(await generate(decoder, [[1], [1]], options)).toEqual([first, second]);
    expect(first!.ids).not.toEqual(second!.ids);
    const [other] = await generate(decoder, [[1]], { ...options, seed: 6 });
    expect(other!.ids).not.toEqual(first!.ids);
  });

  test("it stops when aborted, and refuses a prompt that fills the context", async () => {
    const stop = new AbortController();
    const onStep = (step: number) => step === 3 && stop.abort(new Error("stopped"));
    await expect(generate(decoder, [[1]], greedy, { signal: stop.signal, onStep })).rejects.toThrow("stopped");
    const long = Array.from({ length: 512 }, () => 1);
    await expect(generate(decoder, [long], greedy)).rejects.toThrow(
      /prompt: 512 tokens fill the model's context of 512/,
    );
  });

  test("the end of the context ends an answer", async () => {
    const prompt = Array.from({ length: 500 }, (_, at) => (at === 0 ? 1 : 300 + (at % 100)));
    const [answer] = await generate(decoder, [prompt], { ...greedy, stopIds: [] });
    expect(answer!.ids).toHaveLength(12);
    expect(answer!.finish).toBe("length");
  });
});
