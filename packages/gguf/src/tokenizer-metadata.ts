// The `tokenizer.*` metadata of a GGUF file from tokenizer.json and tokenizer_config.json: a byte-level BPE becomes
// llama.cpp's "gpt2" tokenizer, a byte-fallback BPE (sentencepiece's) its "llama" tokenizer.

import type { GgufValue, ScalarKind, Scalar } from "./format.ts";
import { arrayAt, isRecord, numberAt, recordAt, stringAt } from "./json.ts";
import type { JsonRecord } from "./json.ts";

export type TokenizerFiles = {
  /** Parsed tokenizer.json. */
  readonly tokenizer: unknown;
  /** Parsed tokenizer_config.json. */
  readonly config?: unknown;
  /** Parsed generation_config.json; its eos_token_id may name further end tokens. */
  readonly generation?: unknown;
  /** Text of chat_template.jinja; wins over the one in tokenizer_config.json. */
  readonly chatTemplate?: string | undefined;
};

// llama.cpp's token types.
const tokenType = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const caseSplit = (tail: string): string =>
  `[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+${tail}|` +
  `[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*${tail}|`;
const rest = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const restWithSlash = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const words = `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|`;

/**
 * The pre-tokenizer names that llama.cpp knows, by the splits that tokenizer.json spells out. "smaug-bpe" is Llama 3's
 * split without its rule that whole words in the vocabulary skip merging.
 */
const preTokenizers: ReadonlyMap<string, string> = new Map([
  ["byte-level", "gpt-2"],
  ["digits\nbyte-level", "smollm"],
  ["\\p{N}\nbyte-level", "smollm"],
  [`${words}\\p{N}{1,3}|${rest}`, "smaug-bpe"],
  [`${words}\\p{N}|${rest}`, "qwen2"],
  [
    `${contractions}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`,
    "qwen35",
  ],
  [`${caseSplit("")}\\p{N}|${restWithSlash}`, "tekken"],
  [`${caseSplit(`${contractions}?`)}\\p{N}{1,3}|${restWithSlash}`, "gpt-4o"],
]);

type TokenTable = { readonly tokens: string[]; readonly types: number[]; readonly ids: ReadonlyMap<string, number> };

/**
 * @param vocabulary number of rows of the embedding; ids without a token are filled with unused ones
 * @returns metadata, and notes on what llama.cpp will do differently
 * @throws Error where the tokenizer is of a kind that llama.cpp's two BPE tokenizers cannot express
 */
export function describeTokenizer(
  files: TokenizerFiles,
  vocabulary: number,
): { metadata: Map<string, GgufValue>; notes: string[] } {
  const model = isRecord(files.tokenizer) ? recordAt(files.tokenizer, "model") : undefined;
  if (!isRecord(files.tokenizer) || model === undefined) throw new Error("tokenizer.json: it has no model");
  const type = stringAt(model, "type") ?? (Array.isArray(model["merges"]) ? "BPE" : "unknown");
  if (type !== "BPE") throw new Error(`tokenizer.json: a ${type} tokenizer cannot be written as GGUF (BPE can)`);
  const config = isRecord(files.config) ? files.config : {};
  const steps = preTokenizerSteps(files.tokenizer);
  const byteLevel = steps.some((step) => stringAt(step, "type") === "ByteLevel");
  if (!byteLevel && model["byte_fallback"] !== true) {
    throw new Error("tokenizer.json: this BPE is neither byte-level nor has byte_fallback, so llama.cpp cannot run it");
  }

  const table = tokenTable(files.tokenizer, model, vocabulary, byteLevel);
  const metadata = new Map<string, GgufValue>();
  const notes: string[] = [];
  const merges = arrayAt(model, "merges").map(mergePair);
  if (byteLevel) {
    const pre = preTokenizerName(steps, model["ignore_merges"] === true);
    if (pre === undefined) {
      notes.push("llama.cpp knows no pre-tokenizer like this tokenizer.json's: it may split text into other tokens");
    }
    metadata.set("tokenizer.ggml.model", text("gpt2"));
    metadata.set("tokenizer.ggml.pre", text(pre ?? "default"));
    metadata.set("tokenizer.ggml.tokens", list("string", table.tokens));
    metadata.set("tokenizer.ggml.token_type", list("int32", table.types));
    metadata.set(
      "tokenizer.ggml.merges",
      list(
        "string",
        merges.map(([left, right]) => `${left} ${right}`),
      ),
    );
    if (steps.some((step) => step["add_prefix_space"] === true))
      metadata.set("tokenizer.ggml.add_space_prefix", flag(true));
  } else {
    metadata.set("tokenizer.ggml.model", text("llama"));
    metadata.set("tokenizer.ggml.pre", text("default"));
    metadata.set("tokenizer.ggml.tokens", list("string", table.tokens));
    metadata.set("tokenizer.ggml.scores", list("float32", scoresFromMerges(table, merges)));
    metadata.set("tokenizer.ggml.token_type", list("int32", table.types));
    metadata.set("tokenizer.ggml.add_space_prefix", flag(prependsSpace(files.tokenizer)));
  }
  addSpecialTokens(metadata, files, config, table.ids);
  addChatTemplates(metadata, files.chatTemplate, config);
  return { metadata, notes };
}

/** A tokenizer for a model that has none (llama.cpp's programs stop at a file without one): token 17 is spelt "<17>". */
export function placeholderTokenizer(vocabulary: number): ReadonlyMap<string, GgufValue> {
  const tokens = Array.from({ length: vocabulary }, (_, i) => `<${i}>`);
  const types = tokens.map(() => tokenType.userDefined);
  return new Map([
    ["tokenizer.ggml.model", text("gpt2")],
    ["tokenizer.ggml.pre", text("gpt-2")],
    ["tokenizer.ggml.tokens", list("string", tokens)],
    ["tokenizer.ggml.token_type", list("int32", types)],
    ["tokenizer.ggml.merges", list("string", [])],
    ["tokenizer.ggml.add_bos_token", flag(false)],
  ]);
}

function text(value: string): GgufValue {
  return { kind: "string", value };
}

function flag(value: boolean): GgufValue {
  return { kind: "bool", value };
}

function list(of: ScalarKind, value: readonly Scalar[]): GgufValue {
  return { kind: "array", of, value };
}

function preTokenizerSteps(tokenizer: JsonRecord): JsonRecord[] {
  const root = recordAt(tokenizer, "pre_tokenizer");
  if (root === undefined) return [];
  if (stringAt(root, "type") !== "Sequence") return [root];
  return arrayAt(root, "pretokenizers").filter(isRecord);
}

function preTokenizerName(steps: readonly JsonRecord[], ignoreMerges: boolean): string | undefined {
  const splits: string[] = [];
  for (const step of steps) {
    const pattern = recordAt(step, "pattern");
    if (stringAt(step, "type") === "Split" && pattern) splits.push(stringAt(pattern, "Regex") ?? "literal");
    else if (stringAt(step, "type") === "Digits" && step["individual_digits"] === true) splits.push("digits");
    else if (stringAt(step, "type") !== "ByteLevel") return undefined;
    else if (step["use_regex"] !== false) splits.push("byte-level");
  }
  const name = preTokenizers.get(splits.join("\n"));
  return name === "smaug-bpe" && ignoreMerges ? "llama-bpe" : name;
}

function tokenTable(tokenizer: JsonRecord, model: JsonRecord, vocabulary: number, byteLevel: boolean): TokenTable {
  const ids = new Map<string, number>();
  for (const [token, id] of Object.entries(recordAt(model, "vocab") ?? {})) {
    if (typeof id === "number") ids.set(token, id);
  }
  const added = arrayAt(tokenizer, "added_tokens").filter(isRecord);
  for (const entry of added) {
    const content = stringAt(entry, "content");
    const id = numberAt(entry, "id");
    if (content !== undefined && id !== undefined) ids.set(content, id);
  }
  const highest = ids.values().reduce((most, id) => Math.max(most, id), -1);
  if (highest >= vocabulary) {
    throw new Error(`tokenizer.json: token id ${highest} has no row in the model's embedding of ${vocabulary}`);
  }
  const tokens = Array.from({ length: vocabulary }, (_, i) => `[PAD${i}]`);
  const types = Array.from({ length: vocabulary }, (): number => tokenType.unused);
  for (const [token, id] of ids) {
    tokens[id] = token;
    const isByte = !byteLevel && /^<0x[0-9A-Fa-f]{2}>$/.test(token);
    types[id] = isByte ? tokenType.byte : tokenType.normal;
  }
  for (const entry of added) {
    const id = numberAt(entry, "id");
    if (id !== undefined) types[id] = entry["special"] === true ? tokenType.control : tokenType.userDefined;
  }
  const unknown = ids.get(stringAt(model, "unk_token") ?? "");
  if (unknown !== undefined && !byteLevel) types[unknown] = tokenType.unknown;
  return { tokens, types, ids };
}

/** A merge is written "left right" or ["left", "right"]. */
function mergePair(merge: unknown): readonly [string, string] {
  if (typeof merge === "string") {
    const space = merge.indexOf(" ", 1);
    return [merge.slice(0, space), merge.slice(space + 1)];
  }
  if (Array.isArray(merge)) return [String(merge[0]), String(merge[1])];
  throw new Error("tokenizer.json: a merge is neither a string nor a pair");
}

// llama.cpp's "llama" tokenizer joins the pair whose result has the highest score, so the score is minus the merge's rank.
function scoresFromMerges(table: TokenTable, merges: readonly (readonly [string, string])[]): number[] {
  const scores = Array.from({ length: table.tokens.length }, () => -1e6);
  for (const [rank, [left, right]] of merges.entries()) {
    const id = table.ids.get(left + right);
    if (id !== undefined) scores[id] = Math.max(scores[id] ?? -1e6, -rank);
  }
  return scores.map((score, id) => (table.types[id] === tokenType.normal ? score : 0));
}

function prependsSpace(tokenizer: JsonRecord): boolean {
  const normalizer = recordAt(tokenizer, "normalizer");
  const normalizers =
    normalizer === undefined ? [] : [normalizer, ...arrayAt(normalizer, "normalizers").filter(isRecord)];
  const prepends = normalizers.some((step) => stringAt(step, "type") === "Prepend");
  const metaspace = preTokenizerSteps(tokenizer).some(
    (step) => stringAt(step, "type") === "Metaspace" && stringAt(step, "prepend_scheme") !== "never",
  );
  return prepends || metaspace;
}

/** A special token is written as its text or as an object with `content`. */
function tokenContent(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return isRecord(value) ? stringAt(value, "content") : undefined;
}

function addSpecialTokens(
  metadata: Map<string, GgufValue>,
  files: TokenizerFiles,
  config: JsonRecord,
  ids: ReadonlyMap<string, number>,
): void {
  const idOf = (key: string): number | undefined => ids.get(tokenContent(config[key]) ?? "");
  const generation = isRecord(files.generation) ? files.generation : {};
  const endIds = [generation["eos_token_id"]].flat().filter((id) => typeof id === "number");
  const begin = idOf("bos_token") ?? numberAt(generation, "bos_token_id");
  const end = idOf("eos_token") ?? endIds[0];
  const set = (key: string, id: number | undefined): void => {
    if (id !== undefined) metadata.set(`tokenizer.ggml.${key}`, { kind: "uint32", value: id });
  };
  set("bos_token_id", begin);
  set("eos_token_id", end);
  set(
    "eot_token_id",
    endIds.find((id) => id !== end),
  );
  set("unknown_token_id", idOf("unk_token"));
  set("padding_token_id", idOf("pad_token"));

  const template = isRecord(files.tokenizer) ? templateSpecials(files.tokenizer) : undefined;
  const beginText = tokenContent(config["bos_token"]);
  const endText = tokenContent(config["eos_token"]);
  const addBegin = template ? template[0] === beginText && beginText !== undefined : config["add_bos_token"] === true;
  const addEnd = template ? template.at(-1) === endText && endText !== undefined : config["add_eos_token"] === true;
  metadata.set("tokenizer.ggml.add_bos_token", flag(addBegin && begin !== undefined));
  metadata.set("tokenizer.ggml.add_eos_token", flag(addEnd && end !== undefined));
}

// What the post-processor puts around a single text, e.g. ["<s>", undefined] where undefined is the text itself.
function templateSpecials(tokenizer: JsonRecord): (string | undefined)[] | undefined {
  const root = recordAt(tokenizer, "post_processor");
  if (root === undefined) return undefined;
  const processors = [root, ...arrayAt(root, "processors").filter(isRecord)];
  const template = processors.find((processor) => stringAt(processor, "type") === "TemplateProcessing");
  if (template === undefined) return undefined;
  return arrayAt(template, "single").map((piece) => {
    const special = isRecord(piece) ? recordAt(piece, "SpecialToken") : undefined;
    return special === undefined ? undefined : stringAt(special, "id");
  });
}

// transformers marks what assistants say with {% generation %} blocks, which other readers of a GGUF file do not know. A
// condition that always holds keeps the tags' white space control.
function withoutGenerationTags(template: string): string {
  return template
    .replace(/\{%([-+]?)\s*generation\s*([-+]?)%\}/g, "{%$1 if true $2%}")
    .replace(/\{%([-+]?)\s*endgeneration\s*([-+]?)%\}/g, "{%$1 endif $2%}");
}

function addChatTemplates(metadata: Map<string, GgufValue>, file: string | undefined, config: JsonRecord): void {
  const set = (name: string, template: string): void => {
    const key = name === "default" ? "tokenizer.chat_template" : `tokenizer.chat_template.${name}`;
    metadata.set(key, text(withoutGenerationTags(template)));
  };
  for (const entry of arrayAt(config, "chat_template").filter(isRecord)) {
    const name = stringAt(entry, "name");
    const template = stringAt(entry, "template");
    if (name !== undefined && template !== undefined) set(name, template);
  }
  const template = file ?? stringAt(config, "chat_template");
  if (template !== undefined) set("default", template);
}
