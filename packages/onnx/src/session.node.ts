// Sessions on onnxruntime-node. Feeds and preallocated outputs are used in place, without a copy.
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Session, SessionOptions, TensorData, TensorValue } from "./session-types.ts";

export async function createSession(
  model: Uint8Array,
  { threads = 1, profile }: SessionOptions = {},
): Promise<Session> {
  const session = await InferenceSession.create(model, {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: "0" } } },
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    ...(profile ? { enableProfiling: true, profileFilePrefix: profile } : {}),
  });
  const names = session.outputNames;
  const known = new WeakMap<TensorData, { tensor: Tensor; shape: string }>();

  /** onnxruntime's view of a value; weights are fed every run, so the view is kept for as long as the data lives. */
  const toTensor = ({ data, dims }: TensorValue): Tensor => {
    const shape = dims.join();
    const seen = known.get(data);
    if (seen?.shape === shape) return seen.tensor;
    const tensor = createTensor(data, dims);
    known.set(data, { tensor, shape });
    return tensor;
  };

  return {
    async run(feeds, into = {}) {
      const inputs: Record<string, Tensor> = {};
      for (const [name, value] of Object.entries(feeds)) inputs[name] = toTensor(value);
      const outputs: Record<string, Tensor | null> = {};
      for (const name of names) {
        const target = into[name];
        outputs[name] = target ? toTensor(target) : null;
      }
      const results = await session.run(inputs, outputs);
      return Object.fromEntries(names.map((name) => [name, into[name] ?? fromTensor(name, results[name])]));
    },
    release: () => session.release(),
  };
}

function createTensor(data: TensorData, dims: readonly number[]): Tensor {
  if (data instanceof Float32Array) return new Tensor("float32", data, dims);
  if (data instanceof Int32Array) return new Tensor("int32", data, dims);
  return new Tensor("int64", data, dims);
}

function fromTensor(name: string, tensor: InferenceSession.OnnxValueMapType[string] | undefined): TensorValue {
  const data = tensor?.data;
  if (!tensor || !(data instanceof Float32Array || data instanceof Int32Array || data instanceof BigInt64Array)) {
    throw new Error(`graph output ${name} is missing or not numeric`);
  }
  return { data, dims: tensor.dims };
}
