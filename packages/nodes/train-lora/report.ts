// What train-lora says about its work. No times: the same seed gives the same report; live metrics carry tokens/s.
import type { PeftAdapter } from "@heddle/onnx/adapter";
import type { TrainingResult } from "@heddle/onnx/trainer";
import type { Report, ReportBlock } from "@heddle/schema/report";

function curves({ curve, evalCurve }: TrainingResult): ReportBlock[] {
  const train = { name: "train", points: curve.map(({ step, loss }): [number, number] => [step, loss]) };
  const held = { name: "eval", points: evalCurve.map(({ step, loss }): [number, number] => [step, loss]) };
  const series = evalCurve.length > 0 ? [train, held] : [train];
  const one = (title: string, y: string, pick: (point: (typeof curve)[number]) => number): ReportBlock => ({
    kind: "curve",
    title,
    x: "step",
    y,
    series: [{ name: y, points: curve.map((point) => [point.step, pick(point)]) }],
  });
  return [
    { kind: "curve", title: "Loss", x: "step", y: "nats per token", series },
    one("Gradient norm before clipping", "norm", ({ gradNorm }) => gradNorm),
    one("Learning rate", "learning rate", ({ lr }) => lr),
  ];
}

function parameterCount({ modules }: PeftAdapter): number {
  return [...modules.values()].reduce((sum, { a, b }) => sum + a.data.length + b.data.length, 0);
}

export function reportOf(
  title: string,
  result: TrainingResult,
  adapter: PeftAdapter,
  rows: number,
  samples: ReportBlock[],
): Report {
  const { curve, evalCurve, step, tokens, withoutTargets, cut } = result;
  const [first, last] = [curve[0], curve.at(-1)];
  const [before, after] = [evalCurve[0], evalCurve.at(-1)];
  const parameters = parameterCount(adapter);
  const values = {
    steps: step,
    rows: rows - withoutTargets,
    tokens,
    parameters,
    first_loss: first?.loss ?? null,
    loss: last?.loss ?? null,
    base_eval_loss: before?.loss ?? null,
    eval_loss: after?.loss ?? null,
  };
  const items = [
    { label: "steps", value: step },
    { label: "loss", value: values.loss, note: `from ${first?.loss.toFixed(3) ?? "nothing"}` },
    ...(after === undefined
      ? []
      : [{ label: "eval loss", value: after.loss, note: `from ${before?.loss.toFixed(3)}` }]),
    { label: "trained parameters", value: parameters },
    { label: "tokens seen", value: tokens },
    ...(cut > 0 ? [{ label: "rows cut to length", value: cut }] : []),
    ...(withoutTargets > 0 ? [{ label: "rows without a token to learn", value: withoutTargets }] : []),
  ];
  return { title, values, blocks: [...curves(result), { kind: "figures", items }, ...samples] };
}
