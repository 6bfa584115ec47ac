// MinHash deduplication of made-up English-like text: documents a second and megabytes a CPU second, beside what the peers do
// (../shared/peers, measured there on the same kind of corpus, in CPU seconds).
import { seededRandom } from "@heddle/onnx/random";
import { Clusters } from "../../packages/nodes/dedup/clusters.ts";
import { NearDuplicates } from "../../packages/nodes/dedup/near.ts";
import { params } from "../../packages/nodes/dedup/spec.ts";

export const title = "dedup: MinHash, 128 permutations, 5-grams of words, threshold .8";

const peers = { datatrove: 0.34, "text-dedup": 1.1, datasketch: 2.4, rensa: 14.6 };

function texts(count: number): string[] {
  const random = seededRandom(3);
  const words = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 3 + random.below(7) }, () => String.fromCharCode(97 + random.below(26))).join(""),
  );
  const made: string[] = [];
  for (let i = 0; i < count; i++) {
    const original = i > 50 && random.uniform() < 0.2 ? made[random.below(i)] : undefined;
    const own =
      original?.split(" ") ?? Array.from({ length: 150 + random.below(550) }, () => words[random.below(words.length)]!);
    const changes = original === undefined ? 0 : 6;
    for (let k = 0; k < changes; k++) own[random.below(own.length)] = words[random.below(words.length)]!;
    made.push(own.join(" "));
  }
  return made;
}

export async function run(): Promise<void> {
  const corpus = texts(8000);
  const megabytes = corpus.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;
  const clusters = new Clusters();
  const near = new NearDuplicates(clusters, params.parse({}));
  const before = process.cpuUsage();
  for (const text of corpus) near.add(clusters.add(), text);
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  console.table([
    { by: "heddle", "MB/CPU-s": round(megabytes / seconds), "documents/s": Math.round(corpus.length / seconds) },
    ...Object.entries(peers).map(([by, rate]) => ({ by, "MB/CPU-s": rate })),
  ]);
  console.log(`${megabytes.toFixed(1)} MB, ${clusters.sizes().length} clusters, ${near.candidates} pairs verified`);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
