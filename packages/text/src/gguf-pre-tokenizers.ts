// Pre-tokenization patterns by the names that GGUF files give them (`tokenizer.ggml.pre`). A name stands for a list of regular
// expressions, each splitting what the one before it left; the expressions are those of the models' own tokenizer.json files.

import { gpt2Pattern, llama3Pattern, qwen2Pattern } from "./word-scanner.ts";

export interface GgufPreTokenizer {
  patterns: readonly string[];
  /** Words that are tokens as they stand are not built from merges. */
  ignoreMerges?: boolean;
  /** A bos token goes before every text unless the file says otherwise. */
  addBos?: boolean;
}

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const upper = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
const lower = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
const spaces = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const symbols = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*";
const cased = (suffix: string, digits: string): string =>
  `[^\\r\\n\\p{L}\\p{N}]?${upper}*${lower}+${suffix}|[^\\r\\n\\p{L}\\p{N}]?${upper}+${lower}*${suffix}|${digits}|${symbols}|${spaces}`;
const gpt4oPattern = cased(`${contractions}?`, "\\p{N}{1,3}");
const tekkenPattern = cased("", "\\p{N}");
const qwen35Pattern = `${contractions}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${spaces}`;
const deepseek3Pattern = `[!"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_\`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|${spaces}`;
const seedPattern = `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|${spaces}`;
const bloomPattern = " ?[^(\\s|.,!?…。，、।۔،)]+";
const chinese = "[一-龥ࠀ-一가-\\uD7FF]+";
/** The alphabetic letters of DeepSeek LLM's pattern: letters with case, with white space before them. */
const deepseekWords =
  "\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-ῌῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+";

const gpt2: GgufPreTokenizer = { patterns: [gpt2Pattern] };
const llama3: GgufPreTokenizer = { patterns: [llama3Pattern], ignoreMerges: true, addBos: true };
const llama3Words: GgufPreTokenizer = { patterns: [llama3Pattern] };
const qwen2: GgufPreTokenizer = { patterns: [qwen2Pattern] };
const digitsApart: GgufPreTokenizer = { patterns: ["\\p{N}", gpt2Pattern] };
const gpt4o: GgufPreTokenizer = { patterns: [gpt4oPattern] };

const byName: Readonly<Record<string, GgufPreTokenizer>> = {
  default: { patterns: ["[\\p{P}$+<=>\\^~|]+", gpt2Pattern, "\\p{N}+", "[0-9][0-9][0-9]"] },
  "gpt-2": gpt2,
  "phi-2": gpt2,
  mpt: gpt2,
  olmo: gpt2,
  jais: gpt2,
  trillion: gpt2,
  mellum: gpt2,
  gigachat: gpt2,
  "jina-es": gpt2,
  "jina-de": gpt2,
  "jina-v1-en": gpt2,
  "jina-v2-es": gpt2,
  "jina-v2-de": gpt2,
  "jina-v2-code": gpt2,
  "roberta-bpe": gpt2,
  "modern-bert": gpt2,
  "a.x-4.0": gpt2,
  "granite-docling": gpt2,
  "llama-bpe": llama3,
  llama3,
  "llama-v3": llama3,
  falcon3: llama3,
  "falcon-h1": llama3,
  pixtral: llama3,
  "midm-2.0": llama3,
  lfm2: llama3,
  dbrx: llama3Words,
  "smaug-bpe": llama3Words,
  "chatglm-bpe": llama3Words,
  glm4: llama3Words,
  qwen2,
  "deepseek-r1-qwen": qwen2,
  stablelm2: qwen2,
  hunyuan: qwen2,
  megrez: qwen2,
  "solar-open": qwen2,
  "grok-2": qwen2,
  qwen35: { patterns: [qwen35Pattern] },
  starcoder: digitsApart,
  refact: digitsApart,
  "command-r": digitsApart,
  smollm: digitsApart,
  codeshell: digitsApart,
  exaone: digitsApart,
  "minerva-7b": digitsApart,
  falcon: { patterns: ["[\\p{P}$+<=>\\^~|`]+", gpt2Pattern, "[0-9][0-9][0-9]"] },
  "deepseek-llm": {
    patterns: ["[\\r\\n]", deepseekWords, "\\s?[!-/:-~！-／：-～‘-‟　-。]+", "\\s+$", chinese, "\\p{N}+"],
  },
  "deepseek-coder": { patterns: ["[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", chinese, "\\p{N}"] },
  "deepseek-v3": { patterns: ["\\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", deepseek3Pattern] },
  "hunyuan-dense": { patterns: ["\\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", deepseek3Pattern] },
  tekken: { patterns: [tekkenPattern], ignoreMerges: true, addBos: true },
  "gpt-4o": gpt4o,
  llama4: gpt4o,
  "minimax-m2": gpt4o,
  "seed-coder": { patterns: [seedPattern] },
  "poro-chat": { patterns: [bloomPattern] },
  bloom: { patterns: [bloomPattern] },
  "gpt3-finnish": { patterns: [bloomPattern] },
  viking: { patterns: [bloomPattern, "\\p{N}"] },
  bailingmoe: {
    patterns: [
      "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
    ],
  },
};

/** The pre-tokenizer of that name, or an error that lists what is known. */
export function ggufPreTokenizer(name: string): GgufPreTokenizer {
  const found = Object.hasOwn(byName, name) ? byName[name] : undefined;
  if (found !== undefined) return found;
  throw new Error(`tokenizer.ggml.pre: ${name} is not known; known are ${Object.keys(byName).join(", ")}`);
}
