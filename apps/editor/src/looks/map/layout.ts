// Asks the layout worker for places and keeps what it said, so that a map that was seen opens at once.
export type Method = "pca" | "umap";

export interface LayoutRequest {
  readonly vectors: Float32Array;
  readonly size: number;
  readonly method: Method;
}

export interface LayoutAnswer {
  /** Two numbers a row; NaN where the vector is empty. */
  readonly points: Float32Array;
  /** Part of the work that is done. */
  readonly share: number;
  /** Part of the variance along each axis, of principal components. */
  readonly explained?: readonly number[];
}

const keptMaps = 12;
const finished = new Map<string, LayoutAnswer>();

export function finishedLayout(key: string): LayoutAnswer | undefined {
  return finished.get(key);
}

/** Answers one or more times, the last with `share` 1. Returns how to stop it. */
export function lay(
  key: string,
  request: LayoutRequest,
  answer: (layout: LayoutAnswer) => void,
  failed: (message: string) => void,
): () => void {
  const known = finished.get(key);
  if (known) {
    answer(known);
    return () => undefined;
  }
  const worker = new Worker(new URL("layout.worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<LayoutAnswer>) => {
    if (data.share === 1) {
      finished.set(key, data);
      const oldest = finished.keys().next().value;
      if (finished.size > keptMaps && oldest !== undefined) finished.delete(oldest);
      worker.terminate();
    }
    answer(data);
  });
  worker.addEventListener("error", (event) => failed(event.message));
  worker.postMessage(request, {});
  return () => worker.terminate();
}
