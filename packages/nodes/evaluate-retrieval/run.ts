import { scoreRanking, trecOrder, type RankingScores } from "@heddle/retrieval/metrics";
import type { Batch, Value } from "@heddle/schema/batch";
import { applyOutput, columnOf } from "@heddle/schema/column";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import { hitsIn } from "./hits.ts";
import { reportOf, type Asked } from "./report.ts";
import { scored, scoredSchema, type Params } from "./spec.ts";

/** Query → document → relevance. */
type Qrels = Map<string, Map<string, number>>;

export const run: WholeRun<Params> = async (context) => {
  const { params, rows, outRows, outReport, log, signal, progress } = context;
  const qrels = await readQrels(context);
  const input = rows("rows");
  const output = outRows("rows", scoredSchema(input.schema));
  const asked: Asked[] = [];
  const seen = new Set<string>();
  for await (const batch of input.batches()) {
    signal.throwIfAborted();
    const first = asked.length;
    for (let row = 0; row < batch.length; row++) {
      const one = score(batch, row, qrels, params);
      if (seen.has(one.id))
        throw new Error(`column ${params.id}: query ${one.id} stands twice; every row must be a query of its own`);
      seen.add(one.id);
      asked.push(one);
    }
    await output.write(withScores(batch, asked.slice(first)));
    progress(asked.length, input.count, "queries");
  }
  const judged = asked.filter(({ scores }) => scores !== undefined).length;
  if (judged === 0) {
    const [name] = seen;
    const [known] = qrels.keys();
    throw new Error(
      `no query has a relevant document: the rows' ${params.id} is such as ${name ?? "(no rows)"}, the judgements' ` +
        `${params.qrels_query} such as ${known ?? "(no rows)"}; name the columns that hold the same ids`,
    );
  }
  if (judged < asked.length) log(`${asked.length - judged} queries have no relevant document and do not count`);
  const unasked = [...qrels].filter(
    ([id, documents]) => !seen.has(id) && [...documents.values()].some((gain) => gain > 0),
  ).length;
  if (unasked > 0) log(`${unasked} judged queries are not among the rows and do not count`);
  outReport("report", reportOf(asked, params, unasked));
};

async function readQrels({ params, rows, signal }: RunContext<Params>): Promise<Qrels> {
  const { qrels_query, qrels_document, qrels_relevance } = params;
  const input = rows("qrels");
  const hasRelevance = Object.hasOwn(input.schema.columns, qrels_relevance);
  const columns = [qrels_query, qrels_document, ...(hasRelevance ? [qrels_relevance] : [])];
  const qrels: Qrels = new Map();
  for await (const batch of input.batches({ columns })) {
    signal.throwIfAborted();
    for (let row = 0; row < batch.length; row++) {
      const [query, document] = [qrels_query, qrels_document].map((name) => batch.columns[name]!.at(row));
      if (query === null || document === null) continue;
      const relevance = hasRelevance ? Number(batch.columns[qrels_relevance]!.at(row) ?? 0) : 1;
      const key = String(query);
      const documents = qrels.get(key) ?? new Map<string, number>();
      documents.set(String(document), relevance);
      qrels.set(key, documents);
    }
  }
  return qrels;
}

function score({ columns }: Batch, row: number, qrels: Qrels, params: Params): Asked {
  const id = textOf(columns[params.id]!.at(row));
  const hits = hitsIn(columns[params.hits]!.at(row));
  const ranking = params.order === "score" ? trecOrder(hits) : [...new Set(hits.map((hit) => hit.id))];
  const judged = qrels.get(id);
  const query = columns[params.query]?.at(row) ?? null;
  return {
    id,
    query: query === null ? id : textOf(query),
    hits,
    ranking,
    judged,
    scores: judged && scoreRanking(ranking, judged, params.k),
  };
}

function textOf(value: Value): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function withScores(batch: Batch, asked: readonly Asked[]): Batch {
  const column = (name: keyof RankingScores) =>
    columnOf(
      { kind: "float" },
      asked.map(({ scores }) => scores?.[name] ?? null),
    );
  return applyOutput(batch, { set: Object.fromEntries(scored.map((name) => [name, column(name)])) });
}
