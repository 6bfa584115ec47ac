// Gopher quality and FineWeb over web-like text: JSON lines in, JSON lines out, in CPU seconds. With HEDDLE_PYTHON set to a Python that has
// datatrove and spacy, datatrove runs the same documents in the same run, and both keep the same.
import { execFileSync } from "node:child_process";
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { applyOutput, batchOf, rowsOf } from "@heddle/schema/column";
import type { RowSchema } from "@heddle/schema/type";
import { params, type Params } from "../../packages/nodes/quality-filter/params.ts";
import { judgeWith, split } from "../../packages/nodes/quality-filter/run.ts";
import { Tally } from "../../packages/nodes/quality-filter/tally.ts";
import { cpuSeconds, peerCorpus } from "../machine/peer-corpus.ts";
import { pythonWith } from "../machine/python.ts";

export const title = "quality-filter: Gopher quality and FineWeb, JSON lines to JSON lines";

const documents = 8000;
/** datatrove takes half a minute for these. */
const shared = 2000;
const asMeasured = params.parse({ gopher_repetition: false });
const schema: RowSchema = { columns: { id: { kind: "int" }, text: { kind: "string" } }, open: false };

interface Result {
  readonly seconds: number;
  readonly kept: readonly number[];
}

/** The same judge as the node's, on batches as a run has them. */
async function filterFile(file: string, limit: number, chosen: Params, folder: string): Promise<Result> {
  const kept: number[] = [];
  const seconds = await cpuSeconds(async () => {
    const tally = new Tally(chosen);
    const judge = judgeWith(chosen, tally);
    const out = createWriteStream(join(folder, "kept.jsonl"));
    const take = (rows: { id: number; text: string }[]) => {
      const batch = batchOf(schema, rows);
      const { rows: output } = split(batch, chosen.column, (text) => tally.count(judge(text ?? "")));
      for (const row of rowsOf(applyOutput(batch, output!))) {
        kept.push(Number(row["id"]));
        out.write(`${JSON.stringify(row)}\n`);
      }
    };
    let [rows, read]: [{ id: number; text: string }[], number] = [[], 0];
    for await (const line of createInterface({ input: createReadStream(file) })) {
      if (read++ === limit) break;
      rows.push(JSON.parse(line));
      if (rows.length === 1024) take(rows.splice(0));
    }
    take(rows);
    out.end();
    await finished(out);
  });
  return { seconds, kept };
}

function datatrove(python: string, file: string, folder: string): Result {
  const script = join(import.meta.dirname, "quality-filter-datatrove.py");
  const output = execFileSync(python, [script, file, String(shared), folder], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
    // It logs page after page.
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(output);
}

function line(by: string, megabytes: number, count: number, { seconds, kept }: Result) {
  return {
    by,
    documents: count,
    "CPU s": seconds.toFixed(2),
    "MB/CPU-s": (megabytes / seconds).toFixed(2),
    "documents/CPU-s": Math.round(count / seconds),
    kept: kept.length,
  };
}

export async function run(): Promise<void> {
  const corpus = peerCorpus(documents);
  if (!corpus) return console.log("not measured: ../shared/peers/make_corpus.py is not there");
  const folder = mkdtempSync(join(tmpdir(), "heddle-bench-"));
  const part = corpus.texts.slice(0, shared);
  const partBytes = (corpus.megabytes * part.join("").length) / corpus.texts.join("").length;
  const cold = await filterFile(corpus.file, shared, asMeasured, folder);
  const whole = await filterFile(corpus.file, documents, asMeasured, folder);
  const every = await filterFile(corpus.file, documents, params.parse({ c4: true, c4_paragraphs: true }), folder);
  const table = [
    line("heddle, first documents of a process", partBytes, shared, cold),
    line("heddle", corpus.megabytes, documents, whole),
    line("heddle, every group of rules", corpus.megabytes, documents, every),
  ];
  const python = pythonWith("datatrove", "spacy");
  if (python === undefined)
    console.log("datatrove is not measured: no Python with datatrove and spacy; set HEDDLE_PYTHON");
  else {
    const theirs = datatrove(python, corpus.file, folder);
    table.push(line("datatrove", partBytes, shared, theirs));
    const same = JSON.stringify(theirs.kept.toSorted((a, b) => a - b)) === JSON.stringify(cold.kept);
    const perDocument = theirs.seconds / shared;
    console.log(
      `× datatrove: ${(perDocument / (whole.seconds / documents)).toFixed(1)} (from a cold start ${(perDocument / (cold.seconds / shared)).toFixed(1)}); the same documents are kept: ${same}`,
    );
  }
  console.table(table);
  rmSync(folder, { recursive: true });
}
