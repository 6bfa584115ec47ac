// all-MiniLM-L6-v2 over Cranfield's abstracts, on one thread, in CPU seconds. With HEDDLE_PYTHON (or python3) having sentence-transformers,
// it encodes the same texts in the same run, in turns so that a noisy machine hurts both, and the vectors are compared. Static embeddings
// of 100,000 short texts are timed beside.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { directorySource } from "@heddle/onnx/directory.node";
import { openEmbedder } from "@heddle/inference/embedder";
import { cpuSeconds } from "../machine/peer-corpus.ts";
import { cranfield, hasCranfield } from "../retrieval/cranfield.ts";

export const title = "embed: MiniLM on Cranfield, texts in batches of 32 for the peer, one thread each";

const models = join(import.meta.dirname, "../../../shared/assets/models");
const minilm = join(models, "minilm-f16");
const rounds = 2;
/** Every tenth abstract. */
const step = 10;

export async function run(): Promise<void> {
  if (!hasCranfield || !existsSync(minilm)) {
    console.log("skipped: ../shared/assets is absent");
    return;
  }
  const texts = cranfield()
    .documents.filter((_, i) => i % step === 0)
    .map(({ text }) => text);
  await using embedder = await openEmbedder(directorySource(minilm), { threads: 1, fingerprint: "bench" });
  await embedder.embed(texts.slice(0, 32), "document");
  const seconds: { own: number[]; peer: number[] } = { own: [], peer: [] };
  let least = 1;
  for (let round = 0; round < rounds; round++) {
    let vectors: Float32Array[] = [];
    seconds.own.push(
      await cpuSeconds(async () => {
        vectors = await embedder.embed(texts, "document");
      }),
    );
    const peer = encode(texts);
    if (peer === undefined) continue;
    seconds.peer.push(peer.seconds);
    least = Math.min(...vectors.map((vector, row) => cosine(vector, peer.vectors[row] ?? [])));
  }
  const [own, peer] = [Math.min(...seconds.own), Math.min(...seconds.peer)];
  console.table([
    { program: "heddle", docs: texts.length, "CPU s": own.toFixed(2), "docs/CPU s": (texts.length / own).toFixed(1) },
    ...(seconds.peer.length === 0
      ? [{ program: "sentence-transformers", docs: "needs HEDDLE_PYTHON with sentence-transformers" }]
      : [
          {
            program: "sentence-transformers",
            docs: texts.length,
            "CPU s": peer.toFixed(2),
            "docs/CPU s": (texts.length / peer).toFixed(1),
            "× of it": (peer / own).toFixed(2),
            "least cosine": least.toFixed(7),
          },
        ]),
  ]);
  await measureStatic();
}

/** undefined where there is no Python that has sentence-transformers. */
function encode(texts: readonly string[]): { seconds: number; vectors: number[][] } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "heddle-bench-embed-"));
  const [input, output] = [join(folder, "texts.json"), join(folder, "vectors.json")];
  writeFileSync(input, JSON.stringify(texts));
  const script = join(import.meta.dirname, "embed-sentence-transformers.py");
  const python = process.env["HEDDLE_PYTHON"] ?? "python3";
  const { status, stdout } = spawnSync(python, [script, minilm, input, output], { encoding: "utf8" });
  const vectors: number[][] = status === 0 ? JSON.parse(readFileSync(output, "utf8")) : [];
  rmSync(folder, { recursive: true });
  return status === 0 ? { seconds: Number(stdout.trim().split("\n").at(-1)), vectors } : undefined;
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, x, y] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    x += a[i]! ** 2;
    y += b[i]! ** 2;
  }
  return dot / Math.sqrt(x * y);
}

async function measureStatic(): Promise<void> {
  const words = cranfield().documents.flatMap(({ text }) => text.split(/\s+/));
  const texts = Array.from({ length: 100_000 }, (_, i) => words.slice(i, i + 12).join(" "));
  await using embedder = await openEmbedder(directorySource(join(models, "potion-test-model")), {
    fingerprint: "bench",
  });
  const seconds = await cpuSeconds(async () => {
    await embedder.embed(texts, "document");
  });
  console.table([{ program: "heddle, static", texts: texts.length, "CPU s": seconds.toFixed(2) }]);
}
