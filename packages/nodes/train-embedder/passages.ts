// Passages as token ids, and which of them are neighbours.
import type { TextPair } from "@heddle/onnx/contrastive";
import { seededRandom, shuffled } from "@heddle/onnx/random";
import type { Column, RowsInput } from "@heddle/schema/batch";
import { keyOf } from "@heddle/schema/cell-key";
import type { Tokenizer } from "@heddle/text/tokenizer";
import type { Params } from "./spec.ts";

/** Every pair of passages that stand side by side in one document. Passages of equal tokens teach nothing and are no pair. */
export async function readPairs(
  input: RowsInput,
  tokenizer: Tokenizer,
  { column, document, passage_tokens: longest }: Params,
  onRows: (done: number) => void,
): Promise<TextPair[]> {
  const hasDocuments = Object.hasOwn(input.schema.columns, document);
  const unknown = tokenizer.special.unk?.id;
  const pairs: TextPair[] = [];
  let before: { document: string; passage: Int32Array } | undefined;
  let rows = 0;
  for await (const batch of input.batches({ columns: hasDocuments ? [column, document] : [column] })) {
    for (let row = 0; row < batch.length; row++) {
      const text = batch.columns[column]?.at(row) ?? null;
      if (typeof text !== "string") continue;
      const of = documentOf(batch.columns[document], row);
      if (of === undefined || before?.document !== of) before = undefined;
      const ids = tokenizer.encode(text, { special: false }).ids.filter((id) => id !== unknown);
      for (let start = 0; start < ids.length; start += longest) {
        const passage = ids.slice(start, start + longest);
        if (before && before.passage.join() !== passage.join()) pairs.push({ left: before.passage, right: passage });
        before = { document: of ?? "", passage };
      }
    }
    rows += batch.length;
    onRows(rows);
  }
  return pairs;
}

/** A row without a document has no neighbours. */
function documentOf(column: Column | undefined, row: number): string | undefined {
  return column === undefined || column.at(row) === null ? undefined : keyOf([column], row);
}

/** Held out by the seed: at most a tenth. */
export function holdOut(pairs: readonly TextPair[], count: number, seed: number) {
  const held = Math.min(count, Math.floor(pairs.length / 10));
  const order = shuffled(pairs.length, seededRandom(seed, 4));
  const pick = (rows: Uint32Array) => Array.from(rows, (row) => pairs[row]!);
  return { evaluated: pick(order.subarray(0, held)), trained: pick(order.subarray(held)) };
}
