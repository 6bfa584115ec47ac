// MinHash deduplication: megabytes a CPU second, how many of the true pairs are found and how many found are none. With HEDDLE_PYTHON set to a
// Python that has datatrove, datasketch and rensa, they run on the same documents in the same run.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Clusters } from "../../packages/nodes/dedup/clusters.ts";
import { NearDuplicates } from "../../packages/nodes/dedup/near.ts";
import { params } from "../../packages/nodes/dedup/spec.ts";
import { cpuSeconds, peerCorpus, type PeerCorpus } from "../machine/peer-corpus.ts";
import { pythonWith } from "../machine/python.ts";

export const title = "dedup: MinHash, 5-grams of words, threshold .8";

const documents = 8000;
const threshold = 0.8;
/** datatrove takes a minute for its share, so it gets less. */
const peers = { datatrove: 2500, datasketch: documents, rensa: documents };

interface Found {
  readonly seconds: number;
  /** Numbers of documents, the smaller first. */
  readonly pairs: readonly (readonly [number, number])[];
}

async function findHere(texts: readonly string[], permutations: number): Promise<Found> {
  const clusters = new Clusters();
  const near = new NearDuplicates(clusters, params.parse({ threshold, permutations }));
  const seconds = await cpuSeconds(() => {
    for (const text of texts) near.add(clusters.add(), text);
  });
  const pairs = texts.flatMap((_, row): [number, number][] => {
    const match = clusters.match(row);
    return match && match.row < row ? [[match.row, row]] : [];
  });
  return { seconds, pairs };
}

function findThere(python: string, peer: string, file: string, count: number): Found {
  const folder = mkdtempSync(join(tmpdir(), "heddle-bench-"));
  const script = join(import.meta.dirname, "dedup-peers.py");
  const output = execFileSync(python, [script, peer, file, String(count), folder], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
    stdio: ["ignore", "pipe", "ignore"],
  });
  rmSync(folder, { recursive: true });
  return JSON.parse(output);
}

/** Jaccard similarity of the sets of word 5-grams, by the strings themselves. */
function similarity(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => {
    const words = text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
    return new Set(words.slice(4).map((_, i) => words.slice(i, i + 5).join(" ")));
  }) as [Set<string>, Set<string>];
  return left.intersection(right).size / Math.max(1, left.union(right).size);
}

function line(by: string, { texts, pairs, megabytes }: PeerCorpus, count: number, found: Found) {
  const keys = new Set(found.pairs.map(([a, b]) => `${a} ${b}`));
  const near = pairs.filter(({ b, jaccard }) => b < count && jaccard >= threshold);
  const hit = near.filter(({ a, b }) => keys.has(`${a} ${b}`)).length;
  const wrong = found.pairs.filter(([a, b]) => similarity(texts[a]!, texts[b]!) < threshold).length;
  const size = (megabytes * texts.slice(0, count).join("").length) / texts.join("").length;
  return {
    by,
    documents: count,
    "CPU s": found.seconds.toFixed(2),
    "MB/CPU-s": (size / found.seconds).toFixed(2),
    "recall at ≥ .8": `${(hit / near.length).toFixed(3)} of ${near.length}`,
    found: found.pairs.length,
    "of them below .8": wrong,
  };
}

export async function run(): Promise<void> {
  const corpus = peerCorpus(documents);
  if (!corpus) return console.log("not measured: ../shared/peers/make_corpus.py is not there");
  await findHere(corpus.texts.slice(0, 500), 128);
  const table = [
    line("heddle, 128 permutations", corpus, documents, await findHere(corpus.texts, 128)),
    line("heddle, 112 permutations", corpus, documents, await findHere(corpus.texts, 112)),
  ];
  for (const [peer, count] of Object.entries(peers)) {
    const python = pythonWith(peer);
    if (python === undefined) console.log(`${peer} is not measured: no Python with it; set HEDDLE_PYTHON`);
    else table.push(line(peer, corpus, count, findThere(python, peer, corpus.file, count)));
  }
  console.table(table);
}
