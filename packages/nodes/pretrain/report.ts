// What a pretraining run says about itself.

import type { TrainingResult } from "@heddle/onnx/trainer";
import type { Report } from "@heddle/schema/report";

export interface RunFigures {
  readonly parameters: number;
  readonly rows: number;
  readonly seconds: number;
}

/** Mean of the last fiftieth of the training losses: one step's loss alone is noise. */
const settled = (curve: TrainingResult["curve"]): number => {
  const tail = curve.slice(-Math.max(1, Math.floor(curve.length / 50)));
  return tail.reduce((sum, { loss }) => sum + loss, 0) / tail.length;
};

export function trainingReport(result: TrainingResult, { parameters, rows, seconds }: RunFigures): Report {
  const evalLoss = result.evalCurve.at(-1)?.loss;
  const loss = settled(result.curve);
  const values = {
    loss,
    ...(evalLoss === undefined ? {} : { evalLoss, evalPerplexity: Math.exp(evalLoss) }),
    steps: result.step,
    tokens: result.tokens,
    parameters,
    rows,
    rowsWithoutTargets: result.withoutTargets,
    rowsCut: result.cut,
    seconds,
  };
  const series = [
    { name: "loss", points: result.curve.map(({ step, loss: at }): [number, number] => [step, at]) },
    { name: "eval loss", points: result.evalCurve.map(({ step, loss: at }): [number, number] => [step, at]) },
  ];
  return {
    title: "Pretraining",
    values,
    blocks: [
      {
        kind: "curve",
        title: "Loss per token",
        x: "step",
        y: "nats",
        series: series.filter(({ points }) => points.length > 0),
      },
      {
        kind: "figures",
        items: [
          { label: "parameters", value: parameters },
          { label: "tokens seen", value: result.tokens },
          { label: "steps", value: result.step },
          { label: "loss", value: loss, unit: "nats", note: "mean over the last fiftieth of the steps" },
          ...(evalLoss === undefined ? [] : [{ label: "eval loss", value: evalLoss, unit: "nats" }]),
          { label: "speed", value: Math.round(result.tokens / Math.max(seconds, 1e-9)), unit: "tokens/s" },
        ],
      },
    ],
  };
}
