// What an inference session is, whichever onnxruntime runs it. Implemented by session.node.ts and session.browser.ts.

export type TensorData = Float32Array | Int32Array | BigInt64Array;
export type TensorValue = { data: TensorData; dims: readonly number[] };

export type SessionOptions = {
  /** Threads of one operator; default 1. */
  threads?: number;
  /** Browser only: folder URL of onnxruntime-web's .wasm and .mjs files. */
  wasmPaths?: string;
  /** Browser only; default: webgpu where there is a graphics processor, else wasm. */
  provider?: "wasm" | "webgpu";
  /** Node only: path prefix of a profile that onnxruntime writes when the session is released. */
  profile?: string;
};

export type Session = {
  /**
   * Runs the graph. Outputs named in `into` are written to the memory given there (float32 of the right size),
   * the others are allocated; all outputs of the graph are returned.
   */
  run(
    feeds: Readonly<Record<string, TensorValue>>,
    into?: Readonly<Record<string, TensorValue>>,
  ): Promise<Record<string, TensorValue>>;
  release(): Promise<void>;
};
