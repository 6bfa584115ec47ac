// Places on the map, computed away from the page. One worker is one layout: it is ended when another is wanted.
import { UMAP } from "umap-js";
import { principal, seeded } from "./pca.ts";
import type { LayoutAnswer, LayoutRequest } from "./layout.ts";

/** UMAP sees this many principal components at most: neighbours stay, and finding them takes a fraction of the time. */
const components = 32;

function answer(message: LayoutAnswer): void {
  postMessage(message);
}

/** UMAP (McInnes, Healy, Melville 2018) of vectors made unit length, so that near means alike as retrieval sees it. */
function neighbours(vectors: Float32Array, size: number): void {
  const count = vectors.length / size;
  const kept = Math.min(size, components);
  const reduced = size > kept ? principal(unit(vectors, size), size, kept, 8).points : unit(vectors, size);
  const rows: number[][] = [];
  const places: number[] = [];
  for (let row = 0; row < count; row += 1) {
    const vector = Array.from(reduced.subarray(row * kept, (row + 1) * kept));
    if (vector.some(Number.isNaN)) continue;
    rows.push(vector);
    places.push(row);
  }
  if (rows.length < 4) {
    answer({ points: principal(vectors, size).points, share: 1 });
    return;
  }
  const map = new UMAP({
    nComponents: 2,
    nNeighbors: Math.min(15, rows.length - 1),
    minDist: 0.1,
    random: seeded(1),
    ...(rows.length > 1000 ? { nEpochs: 250 } : {}),
  });
  const epochs = map.initializeFit(rows);
  let shown = performance.now();
  const scattered = () => {
    const points = new Float32Array(count * 2).fill(NaN);
    map.getEmbedding().forEach(([x = NaN, y = NaN], index) => points.set([x, y], (places[index] ?? 0) * 2));
    return points;
  };
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    map.step();
    if (performance.now() - shown < 200) continue;
    shown = performance.now();
    answer({ points: scattered(), share: epoch / epochs });
  }
  answer({ points: scattered(), share: 1 });
}

function unit(vectors: Float32Array, size: number): Float32Array {
  const result = new Float32Array(vectors.length);
  for (let start = 0; start < vectors.length; start += size) {
    const length = Math.hypot(...vectors.subarray(start, start + size)) || 1;
    for (let i = start; i < start + size; i += 1) result[i] = (vectors[i] ?? NaN) / length;
  }
  return result;
}

addEventListener("message", ({ data }: MessageEvent<LayoutRequest>) => {
  if (data.method === "umap") neighbours(data.vectors, data.size);
  else {
    const { points, explained } = principal(data.vectors, data.size);
    answer({ points, share: 1, explained });
  }
});
