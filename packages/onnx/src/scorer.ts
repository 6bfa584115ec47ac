// Scores whole sequences: log-probabilities of their tokens, or the logits themselves.
import type { Architecture } from "./architectures/family.ts";
import { findTargets, type Batch } from "./batch.ts";
import { emitModel } from "./emit.ts";
import { prepareBatch, createSequenceFeeds, vector, weightFeeds, type Feeds } from "./feeds.ts";
import { buildLogits, buildSequenceForward, inputWeights } from "./forward.ts";
import { fuse } from "./fuse.ts";
import { addInput, addOutput, createGraph } from "./ir.ts";
import type { Adapter } from "./lora.ts";
import { labelLogProbs } from "./loss.ts";
import type { Model } from "./model.ts";
import { createSession } from "@heddle/onnx/session";
import type { Session, SessionOptions, TensorValue } from "./session-types.ts";

export type Scorer = {
  /** [B, T]: at t, log p(labels[t] | what comes before); 0 where nothing is predicted. */
  logProbs(batch: Batch): Promise<Float32Array>;
  /** [B, T, V]. */
  logits(batch: Batch): Promise<Float32Array>;
  release(): Promise<void>;
};

export type ScorerOptions = SessionOptions & { adapter?: Adapter };

/** A scorer of the model, with the adapter applied where one is given. Graphs are built on first use. */
export function createScorer(model: Model, { adapter, ...options }: ScorerOptions = {}): Promise<Scorer> {
  const { architecture, weights } = model;
  const sequenceFeeds = createSequenceFeeds(architecture);
  const known = weightFeeds(weights, adapter);
  const sessions: { logProbs?: Promise<Session>; logits?: Promise<Session> } = {};
  const feed = (batch: Batch, rows: Int32Array): Feeds => ({ ...known, ...sequenceFeeds(batch), rows: vector(rows) });

  return Promise.resolve({
    async logProbs(batch) {
      const prepared = prepareBatch(architecture, batch);
      const { rows, labels } = findTargets(prepared);
      const result = new Float32Array(batch.size * batch.length);
      if (rows.length === 0) return result;
      sessions.logProbs ??= createSession(buildLogProbs(architecture, adapter), options);
      const session = await sessions.logProbs;
      const outputs = await session.run({ ...feed(prepared, rows), labels: vector(labels) });
      const values = floats(outputs["logProbs"]);
      for (const [i, row] of rows.entries()) {
        const [sequence, t] = [Math.floor(row / prepared.length), row % prepared.length];
        result[sequence * batch.length + t + 1] = values[i] ?? 0;
      }
      return result;
    },
    async logits(batch) {
      sessions.logits ??= createSession(buildLogitsModel(architecture, adapter), options);
      const session = await sessions.logits;
      const prepared = prepareBatch(architecture, batch);
      const rows = Int32Array.from({ length: batch.size * batch.length }, (_, i) => {
        return Math.floor(i / batch.length) * prepared.length + (i % batch.length);
      });
      return floats((await session.run(feed(prepared, rows)))["logits"]);
    },
    async release() {
      await (await sessions.logProbs)?.release();
      await (await sessions.logits)?.release();
    },
  });
}

export function floats(value: TensorValue | undefined): Float32Array {
  if (!(value?.data instanceof Float32Array)) throw new Error("graph output is missing or not float32");
  return value.data;
}

/** The graph behind `logProbs`: inputs of whole sequences with `rows` and `labels` [M], output `logProbs` [M]. */
export function buildLogProbs(architecture: Architecture, adapter: Adapter | undefined): Uint8Array {
  const graph = createGraph();
  const source = inputWeights(graph, architecture, adapter);
  const hidden = buildSequenceForward(graph, architecture, source);
  const labels = addInput(graph, "labels", "int32", ["M"]);
  addOutput("logProbs", labelLogProbs(hidden, source.weight(architecture.head), labels).logProbs);
  return emitModel(fuse(graph));
}

function buildLogitsModel(architecture: Architecture, adapter: Adapter | undefined): Uint8Array {
  const graph = createGraph();
  const source = inputWeights(graph, architecture, adapter);
  const hidden = buildSequenceForward(graph, architecture, source);
  addOutput("logits", buildLogits(hidden, architecture, source));
  return emitModel(fuse(graph));
}
