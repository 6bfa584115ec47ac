// The corpus on which benchmarks run beside their peers: ../shared/peers/make_corpus.py, made once into the temporary folder.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface PeerCorpus {
  /** JSON lines of {id, text, …}; id is the line's number. */
  readonly file: string;
  /** Near duplicates among the first lines, with the Jaccard similarity of their word 5-grams. */
  readonly pairs: readonly { readonly a: number; readonly b: number; readonly jaccard: number }[];
  readonly texts: readonly string[];
  /** Size of the first lines of the file. */
  readonly megabytes: number;
}

const script = join(import.meta.dirname, "../../../shared/peers/make_corpus.py");

/** The first `documents` of a corpus that is always the same; undefined where the script is absent. */
export function peerCorpus(documents: number): PeerCorpus | undefined {
  if (!existsSync(script)) return undefined;
  // A document has 2.5 kB on average.
  const size = Math.ceil(documents / 350);
  const folder = join(tmpdir(), `heddle-bench-corpus-${size}`);
  if (!existsSync(folder)) {
    rmSync(`${folder}.part`, { recursive: true, force: true });
    execFileSync(process.env["HEDDLE_PYTHON"] ?? "python3", [script, `${folder}.part`, String(size), "7"]);
    renameSync(`${folder}.part`, folder);
  }
  const file = join(folder, "corpus.jsonl");
  const lines = linesOf(file).slice(0, documents);
  const pairs = linesOf(join(folder, "pairs.jsonl")).map((line): PeerCorpus["pairs"][number] => JSON.parse(line));
  return {
    file,
    pairs: pairs.filter(({ b }) => b < documents),
    texts: lines.map((line) => (JSON.parse(line) as { text: string }).text),
    megabytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0) / 1e6,
  };
}

function linesOf(file: string): string[] {
  return readFileSync(file, "utf8").trimEnd().split("\n");
}

/** User and system seconds of this process that `work` takes, all threads together. */
export async function cpuSeconds(work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
