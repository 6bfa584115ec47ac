// Sessions on onnxruntime-web: WebGPU where there is a graphics processor, WASM otherwise. Its default entry is never imported (it is wrong in
// places): /jspi where the browser can suspend WebAssembly, /webgpu otherwise. Nothing is fetched from another host: the
// .wasm files lie beside the module, or under `wasmPaths`.
import type { InferenceSession, Tensor } from "onnxruntime-common";
import type { Session, SessionOptions, TensorData, TensorValue } from "./session-types.ts";

type Runtime = typeof import("onnxruntime-web/webgpu");
export type Provider = "wasm" | "webgpu";

const runtime: { loaded?: Promise<Runtime> } = {};

function loadRuntime(): Promise<Runtime> {
  runtime.loaded ??= "Suspending" in WebAssembly ? import("onnxruntime-web/jspi") : import("onnxruntime-web/webgpu");
  return runtime.loaded;
}

const choice: { preferred?: Provider; found?: Promise<Provider> } = {};

/** Sessions that are not told otherwise run here from now on, software adapters included. */
export function preferProvider(provider: Provider): void {
  choice.preferred = provider;
}

interface Graphics {
  requestAdapter(): Promise<{ readonly info: { readonly isFallbackAdapter?: boolean } } | null>;
}

/** A software adapter is slower than WASM, which computes on the processor without the detour. */
async function findProvider(): Promise<Provider> {
  const { gpu }: { gpu?: Graphics } = globalThis.navigator;
  const adapter = await gpu?.requestAdapter();
  return adapter && adapter.info.isFallbackAdapter !== true ? "webgpu" : "wasm";
}

let last: Promise<unknown> = Promise.resolve();

/** onnxruntime-web does one thing at a time: its memory and its suspended stack are shared by all sessions. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const done = last.then(work, work);
  last = done;
  return done;
}

/** Threads need a cross-origin isolated page; elsewhere one is used. `threads` and `wasmPaths` count at the first call. */
export async function createSession(
  model: Uint8Array,
  { threads = 1, wasmPaths, provider }: SessionOptions = {},
): Promise<Session> {
  const ort = await loadRuntime();
  const chosen = provider ?? choice.preferred ?? (await (choice.found ??= findProvider()));
  ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? threads : 1;
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
  const session = await inTurn(() =>
    ort.InferenceSession.create(model, {
      executionProviders: [chosen],
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
    }),
  );
  return {
    async run(feeds, into = {}) {
      const inputs: Record<string, Tensor> = {};
      for (const [name, value] of Object.entries(feeds)) inputs[name] = createTensor(ort, value);
      const results = await inTurn(() => session.run(inputs));
      return Object.fromEntries(
        session.outputNames.map((name) => [name, deliver(name, results[name], into[name]?.data)]),
      );
    },
    release: () => inTurn(() => session.release()),
  };
}

function createTensor(ort: Runtime, { data, dims }: TensorValue): Tensor {
  if (data instanceof Float32Array) return new ort.Tensor("float32", data, dims);
  if (data instanceof Int32Array) return new ort.Tensor("int32", data, dims);
  return new ort.Tensor("int64", data, dims);
}

/** onnxruntime-web writes into memory of its own; what the caller gave is filled from it. */
function deliver(
  name: string,
  tensor: InferenceSession.OnnxValueMapType[string] | undefined,
  into?: TensorData,
): TensorValue {
  const data = tensor?.data;
  if (!tensor || !(data instanceof Float32Array || data instanceof Int32Array || data instanceof BigInt64Array)) {
    throw new Error(`graph output ${name} is missing or not numeric`);
  }
  if (into instanceof Float32Array && data instanceof Float32Array) {
    into.set(data);
    return { data: into, dims: tensor.dims };
  }
  return { data, dims: tensor.dims };
}
