// What quantization cost, as a report.

import type { QuantizationReport } from "@heddle/gguf/from-huggingface";
import type { Report, ReportBlock } from "@heddle/schema/report";

/** Mean negative log-likelihood per token, in nats, of the model before and after, on the same tokens. */
export type LossChange = { readonly before: number; readonly after: number; readonly tokens: number };

/**
 * @param sourceBytes size of the safetensors files
 * @param loss absent where no rows are wired
 */
export function quantizationReport(
  quantized: QuantizationReport,
  sourceBytes: number,
  loss: LossChange | undefined,
): Report {
  const { format, architecture, bytes, weights, bitsPerWeight, rmse, relativeError, maxError, notes } = quantized;
  const values: Report["values"] = {
    format,
    architecture,
    bytes,
    source_bytes: sourceBytes,
    weights,
    bits_per_weight: bitsPerWeight,
    rmse,
    relative_error: relativeError,
    max_error: maxError,
  };
  const blocks: ReportBlock[] = [
    {
      kind: "figures",
      items: [
        { label: "Size", value: bytes, unit: "B", note: `${percent(bytes / sourceBytes)} of the safetensors` },
        { label: "Bits per weight", value: rounded(bitsPerWeight) },
        { label: "Error", value: rounded(100 * relativeError), unit: "%", note: "of the weights' root mean square" },
        ...lossFigures(loss),
      ],
    },
  ];
  if (loss !== undefined) {
    values["loss_before"] = loss.before;
    values["loss_after"] = loss.after;
    values["lossTokens"] = loss.tokens;
  }
  if (notes.length > 0) blocks.push({ kind: "text", text: notesText(notes) });
  blocks.push({ kind: "table", title: "Types", ...typesTable(quantized) });
  blocks.push({ kind: "table", title: "Tensors", ...tensorsTable(quantized) });
  return { title: `${format}: ${rounded(bitsPerWeight)} bits per weight`, values, blocks };
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function lossFigures(loss: LossChange | undefined) {
  if (loss === undefined) return [];
  const change = loss.after - loss.before;
  return [
    { label: "Loss before", value: rounded(loss.before), unit: "nats/token", note: `${loss.tokens} tokens` },
    {
      label: "Loss after",
      value: rounded(loss.after),
      unit: "nats/token",
      note: `${change < 0 ? "−" : "+"}${Math.abs(change).toPrecision(2)}`,
    },
  ];
}

const notesShown = 6;

function notesText(notes: readonly string[]): string {
  const hidden = notes.length - notesShown;
  const lines = notes.slice(0, notesShown).map((note) => `${note}.`);
  return [...lines, ...(hidden > 0 ? [`… and ${hidden} more of the kind.`] : [])].join("\n");
}

/** One row a type: tensors, weights, bytes. */
function typesTable({ tensors }: QuantizationReport) {
  const byType = new Map<string, { tensors: number; weights: number; bytes: number }>();
  for (const { type, shape, bytes } of tensors) {
    const sum = byType.get(type) ?? { tensors: 0, weights: 0, bytes: 0 };
    sum.tensors += 1;
    sum.weights += shape.reduce((product, extent) => product * extent, 1);
    sum.bytes += bytes;
    byType.set(type, sum);
  }
  return {
    columns: [{ name: "type" }, { name: "tensors" }, { name: "weights" }, { name: "size", unit: "B" }],
    rows: [...byType].map(([type, sum]) => [type, sum.tensors, sum.weights, sum.bytes]),
  };
}

function tensorsTable({ tensors }: QuantizationReport) {
  return {
    columns: [
      { name: "tensor" },
      { name: "type" },
      { name: "shape" },
      { name: "size", unit: "B" },
      { name: "rms error" },
      { name: "largest error" },
    ],
    rows: tensors.map(({ name, type, shape, bytes, rmse, maxError }) => [
      name,
      type,
      shape.join(" × "),
      bytes,
      rounded(rmse),
      rounded(maxError),
    ]),
  };
}
