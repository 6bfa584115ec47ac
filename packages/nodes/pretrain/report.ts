// What a pretraining run says about itself. No times: the same seed gives the same report; live metrics carry tokens/s.

import type { TrainingResult } from "@heddle/onnx/trainer";
import type { Report } from "@heddle/schema/report";

/** Mean of the last fiftieth of the training losses: one step's loss alone is noise. */
function settled(curve: TrainingResult["curve"]): number {
  const tail = curve.slice(-Math.max(1, Math.floor(curve.length / 50)));
  return tail.reduce((sum, { loss }) => sum + loss, 0) / tail.length;
}

/** `parameters` of the model, `rows` that were given. */
export function reportOf(title: string, result: TrainingResult, parameters: number, rows: number): Report {
  const { curve, evalCurve, step, tokens, withoutTargets, cut } = result;
  const loss = settled(curve);
  const evalLoss = evalCurve.at(-1)?.loss;
  const values = {
    steps: step,
    rows: rows - withoutTargets,
    tokens,
    parameters,
    first_loss: curve[0]?.loss ?? null,
    loss,
    eval_loss: evalLoss ?? null,
  };
  const series = [
    { name: "train", points: curve.map((at): [number, number] => [at.step, at.loss]) },
    { name: "eval", points: evalCurve.map((at): [number, number] => [at.step, at.loss]) },
  ];
  return {
    title,
    values,
    blocks: [
      {
        kind: "curve",
        title: "Loss",
        x: "step",
        y: "nats per token",
        series: series.filter(({ points }) => points.length > 0),
      },
      {
        kind: "figures",
        items: [
          { label: "parameters", value: parameters },
          { label: "tokens seen", value: tokens },
          { label: "steps", value: step },
          { label: "loss", value: loss, unit: "nats", note: "mean over the last fiftieth of the steps" },
          ...(evalLoss === undefined ? [] : [{ label: "eval loss", value: evalLoss, unit: "nats" }]),
          ...(cut > 0 ? [{ label: "rows cut to the context", value: cut }] : []),
          ...(withoutTargets > 0 ? [{ label: "rows without a token to learn", value: withoutTargets }] : []),
        ],
      },
    ],
  };
}
