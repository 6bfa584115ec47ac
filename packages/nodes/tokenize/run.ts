import type { Batch, Column } from "@heddle/schema/batch";
import { gather, tokensColumn, valueColumn } from "@heddle/schema/column";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import type { Facets, RowSchema } from "@heddle/schema/type";
import { pack, packed, segmentIds, type Bin } from "@heddle/text/packing";
import { readTokenizer } from "@heddle/text/tokenizer-files";
import { rowEncoder, type EncodedRow, type RowEncoder } from "./encode.ts";
import { newCounts, reportOf, type Counts } from "./report.ts";
import { masks, outputSchema, type Params } from "./spec.ts";

/** Rows of a written batch of packed rows. */
const PACKED_BATCH = 1024;

export const run: WholeRun<Params> = async (context) => {
  const { params } = context;
  const input = context.rows("rows");
  const tokenizer = await readTokenizer(context.files("tokenizer"));
  const facets = { tokenizer: tokenizer.fingerprint, vocabulary: tokenizer.vocabularySize };
  const hasMask = masks(params, input.schema);
  const schema = outputSchema(params, input.schema, hasMask, facets);
  const out = context.outRows("rows", schema);
  const counts = newCounts();
  const encode = rowEncoder(params, tokenizer);
  const documents: EncodedRow[] = [];
  for await (const batch of input.batches()) {
    context.signal.throwIfAborted();
    const { kept, rows } = encodeBatch(batch, encode, counts, params);
    if (params.packing === "none") await out.write(widened(batch, schema, kept, rows, facets));
    else documents.push(...rows);
    context.progress(counts.rows, input.count, "rows");
  }
  if (params.packing === "none") counts.sequences = counts.lengths.length;
  else await writePacked(context, documents, schema, counts, facets, out.write.bind(out));
  if (counts.empty > 0) context.log(`${counts.empty} rows have nothing to tokenize and are left out`);
  if (counts.tooLong > 0)
    context.log(`${counts.tooLong} rows are longer than ${params.max_length} tokens and are left out`);
  context.outReport("report", reportOf(counts, params));
};

/** Encodes the rows of a batch; `kept` numbers those that stay. */
function encodeBatch(
  { columns, length }: Batch,
  encode: RowEncoder,
  counts: Counts,
  params: Params,
): { kept: number[]; rows: EncodedRow[] } {
  const kept: number[] = [];
  const rows: EncodedRow[] = [];
  const [messages, text, tools] = [columns[params.messages], columns[params.text], columns["tools"]];
  for (let row = 0; row < length; row++, counts.rows++) {
    const source = { messages: messages?.at(row) ?? null, text: text?.at(row) ?? null, tools: tools?.at(row) ?? null };
    const encoded = encodedAt(encode, source, counts.rows);
    if (encoded === "empty") counts.empty++;
    else if (encoded === "too-long") counts.tooLong++;
    else {
      kept.push(row);
      rows.push(encoded);
      if (encoded.length > encoded.ids.length) counts.cut++;
      counts.lengths.push(encoded.ids.length);
      counts.tokens += encoded.ids.length;
      counts.learnt +=
        encoded.mask === undefined ? encoded.ids.length : encoded.mask.reduce((sum, bit) => sum + bit, 0);
    }
  }
  return { kept, rows };
}

function encodedAt(encode: RowEncoder, source: Parameters<RowEncoder>[0], row: number): ReturnType<RowEncoder> {
  try {
    return encode(source);
  } catch (cause) {
    throw new Error(`row ${row + 1}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** The kept rows of a batch with the token columns. */
function widened(batch: Batch, schema: RowSchema, kept: number[], rows: EncodedRow[], facets: Facets): Batch {
  const take = kept.length === batch.length ? undefined : Uint32Array.from(kept);
  const columns: Record<string, Column> = {};
  for (const name of Object.keys(schema.columns)) {
    const column = batch.columns[name];
    if (name === "ids")
      columns[name] = idsColumn(
        rows.map(({ ids }) => ids),
        facets,
      );
    else if (name === "mask" && schema.columns["mask"] !== undefined) columns[name] = maskColumn(rows);
    else if (column !== undefined) columns[name] = take === undefined ? column : gather(column, take);
  }
  return { length: rows.length, columns };
}

function idsColumn(rows: readonly ArrayLike<number>[], facets: Facets): Column {
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach((ids, row) => (offsets[row + 1] = offsets[row]! + ids.length));
  const all = new Int32Array(offsets[rows.length]!);
  rows.forEach((ids, row) => all.set(ids, offsets[row]));
  return tokensColumn(offsets, all, facets);
}

function maskColumn(rows: readonly EncodedRow[]): Column {
  return valueColumn(
    { kind: "list", item: { kind: "bool" } },
    rows.map(({ ids, mask }) => Array.from(mask ?? ids, (bit) => mask === undefined || bit === 1)),
  );
}

async function writePacked(
  context: RunContext<Params>,
  documents: readonly EncodedRow[],
  schema: RowSchema,
  counts: Counts,
  facets: Facets,
  write: (batch: Batch) => Promise<void>,
): Promise<void> {
  const { packing, max_length: maxLength } = context.params;
  if (packing === "none") return;
  const bins = pack(
    documents.map(({ ids }) => ids.length),
    { strategy: packing, length: maxLength },
  );
  counts.sequences = bins.length;
  for (let start = 0; start < bins.length; start += PACKED_BATCH) {
    context.signal.throwIfAborted();
    await write(packedBatch(bins.slice(start, start + PACKED_BATCH), documents, schema, facets));
    context.progress(Math.min(bins.length, start + PACKED_BATCH), bins.length, "packed rows");
  }
}

function packedBatch(bins: readonly Bin[], documents: readonly EncodedRow[], schema: RowSchema, facets: Facets): Batch {
  const ids = documents.map((document) => document.ids);
  const columns: Record<string, Column> = {
    ids: idsColumn(
      bins.map((bin) => packed(bin, ids)),
      facets,
    ),
  };
  const { mask, segments } = schema.columns;
  if (mask !== undefined) {
    const bits = documents.map((document) => document.mask ?? new Uint8Array(document.ids.length).fill(1));
    columns["mask"] = valueColumn(
      mask,
      bins.map((bin) => packed(bin, bits).map((bit) => bit === 1)),
    );
  }
  if (segments !== undefined) columns["segments"] = valueColumn(segments, bins.map(segmentIds));
  return { length: bins.length, columns };
}
