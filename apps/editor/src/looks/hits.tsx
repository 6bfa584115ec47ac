// What was found for a query: rank, score, text with the query's words marked, and whether it answers where that is known.
import type { ReportBlock } from "@heddle/schema/report";
import { useState, type ReactNode } from "react";
import { z } from "zod";
import { Icon } from "../theme/glyphs.tsx";
import { figure } from "../theme/words.ts";
import { Marked } from "./marked.tsx";
import { More } from "./more.tsx";
import { excerptOf, marksOf } from "./spans.ts";

type HitsBlock = Extract<ReportBlock, { kind: "hits" }>;
export type HitsItem = HitsBlock["items"][number];
type Hit = HitsItem["hits"][number];

/** A query with what was answered from its hits, where it was. */
export interface AnsweredItem extends HitsItem {
  readonly answer?: string;
  /** Number of a hit in the answer, by its id. */
  readonly cited?: ReadonlyMap<string, number>;
}

const hitCell = z.array(
  z.looseObject({ id: z.string(), score: z.number(), text: z.string(), relevant: z.boolean().nullish() }),
);

/** The hits in a cell of a rows table; undefined where it holds none. */
export function hitsOf(value: unknown): Hit[] | undefined {
  const cell = hitCell.safeParse(value);
  if (!cell.success) return undefined;
  return cell.data.map(({ id, score, text, relevant }) => ({
    id,
    score,
    text,
    ...(relevant === undefined || relevant === null ? {} : { relevant }),
  }));
}

/** A column that holds hits, by its printed type. */
export function isHits(type: string): boolean {
  return (
    type.startsWith("list<{") && /\bid\b/.test(type) && /\bscore: (float|int)\b/.test(type) && /\btext\b/.test(type)
  );
}

export function HitsView({ title, items }: { title?: string | undefined; items: readonly AnsweredItem[] }) {
  return (
    <div className="hits">
      {title && <h5>{title}</h5>}
      <More items={items} step={20} noun="queries">
        {(item, index) => <Query key={index} item={item} />}
      </More>
    </div>
  );
}

function Query({ item }: { item: AnsweredItem }) {
  const first = item.hits.findIndex(({ relevant }) => relevant);
  const judged = item.hits.some(({ relevant }) => relevant !== undefined);
  return (
    <section className="hits-query">
      <div className="hits-head">
        <b>{item.query}</b>
        <span className="faint">
          {item.hits.length === 0 && "nothing found"}
          {judged && (first < 0 ? "none relevant" : `first relevant at ${first + 1}`)}
        </span>
      </div>
      {item.answer !== undefined && <p className="hits-answer">{item.answer || "no answer"}</p>}
      <ol data-judged={judged || undefined}>
        {item.hits.map((hit, index) => (
          <HitLine
            key={`${index} ${hit.id}`}
            hit={hit}
            rank={index + 1}
            terms={item.terms}
            share={scoreShare(item.hits, hit)}
            marker={item.cited?.get(hit.id)}
          />
        ))}
      </ol>
    </section>
  );
}

/** A score's part of its list's: from zero where all are positive, else from the lowest. */
function scoreShare(hits: readonly Hit[], { score }: Hit): number {
  const scores = hits.map((hit) => hit.score).filter(Number.isFinite);
  const most = Math.max(...scores);
  const least = Math.min(0, ...scores);
  return most > least && Number.isFinite(score) ? (score - least) / (most - least) : 0;
}

interface HitLineProps {
  readonly hit: Hit;
  readonly rank: number;
  readonly terms: readonly string[];
  readonly share: number;
  /** Its number in the answer. */
  readonly marker: number | undefined;
}

function HitLine({ hit, rank, terms, share, marker }: HitLineProps) {
  const [open, setOpen] = useState(false);
  const marks = marksOf(hit.text, terms);
  const long = hit.text.length > 260;
  const part = open || !long ? undefined : excerptOf(hit.text, marks, 240);
  return (
    <li className="hit" data-relevant={hit.relevant}>
      <span className="hit-rank">{rank}</span>
      <span className="hit-score" title={`score ${hit.score}`}>
        <i>
          <i style={{ width: `${share * 100}%` }} />
        </i>
        {figure(hit.score)}
      </span>
      <span className="hit-mark">{relevance(hit.relevant)}</span>
      <div className="hit-text">
        {marker !== undefined && <b title="The answer cites it">[{marker}] </b>}
        <span className="hit-id mono" title={hit.id}>
          {hit.id}
        </span>
        <Marked text={hit.text} marks={marks} {...(part && { part })} />
        {long && (
          <button className="link hit-more" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? "Show less" : "Show all"}
          </button>
        )}
      </div>
    </li>
  );
}

function relevance(relevant: boolean | undefined): ReactNode {
  if (relevant === undefined) return null;
  return relevant ? (
    <span className="hit-relevant" title="Relevant" role="img" aria-label="relevant">
      <Icon name="check" size={12} />
    </span>
  ) : (
    <span className="faint" title="Not relevant" role="img" aria-label="not relevant">
      –
    </span>
  );
}

/** Three hits of one query, in the size of a node. */
export function HitsBrief({ item }: { item: HitsItem }) {
  return (
    <div className="hits-brief">
      <div className="hits-brief-query" title={item.query}>
        {item.query}
      </div>
      {item.hits.slice(0, 3).map((hit, index) => {
        const marks = marksOf(hit.text, item.terms);
        return (
          <div key={`${index} ${hit.id}`} className="hits-brief-hit">
            <span className="hit-score">
              <i>
                <i style={{ width: `${scoreShare(item.hits, hit) * 100}%` }} />
              </i>
            </span>
            <span className="hits-brief-text">
              <Marked text={hit.text} marks={marks} part={excerptOf(hit.text, marks, 60)} />
            </span>
            {relevance(hit.relevant)}
          </div>
        );
      })}
      {item.hits.length === 0 && <div className="faint">nothing found</div>}
    </div>
  );
}
