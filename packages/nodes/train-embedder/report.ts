import type { CurvePoint } from "@heddle/onnx/checkpoint";
import type { Report } from "@heddle/schema/report";
import type { Found } from "./evaluate.ts";

const share = (value: number) => Math.round(1000 * value) / 10;

export function reportOf(
  curve: readonly CurvePoint[],
  counts: { readonly pairs: number; readonly evaluated: number; readonly vocabulary: number },
  before: Found | undefined,
  after: Found | undefined,
): Report {
  const loss = curve.at(-1)?.loss ?? null;
  const found = { note: `among ${counts.evaluated} held-out passages` };
  return {
    title: "Embedder",
    values: {
      loss,
      pairs: counts.pairs,
      vocabulary: counts.vocabulary,
      eval_accuracy: after?.accuracy ?? null,
      eval_mrr: after?.mrr ?? null,
      eval_mrr_before: before?.mrr ?? null,
    },
    blocks: [
      {
        kind: "figures",
        items: [
          { label: "pairs", value: counts.pairs },
          ...(after ? [{ label: "neighbour is nearest", value: share(after.accuracy), unit: "%", ...found }] : []),
          ...(before && after
            ? [
                {
                  label: "mean reciprocal rank",
                  value: Math.round(1000 * after.mrr) / 1000,
                  note: `${before.mrr.toFixed(3)} before`,
                },
              ]
            : []),
        ],
      },
      {
        kind: "curve",
        title: "Loss",
        x: "step",
        y: "loss",
        series: [{ name: "loss", points: curve.map(({ step, loss: value }) => [step, value]) }],
      },
    ],
  };
}
