// A judge's choices: answers side by side, the better one marked; how often each wins, and whether swapping them changed the verdict.
import type { ReportBlock } from "@heddle/schema/report";
import { Icon } from "../theme/glyphs.tsx";
import { figure, plural } from "../theme/words.ts";
import { More } from "./more.tsx";

type VerdictsBlock = Extract<ReportBlock, { kind: "verdicts" }>;
export type Verdict = VerdictsBlock["items"][number];

export interface Tally {
  /** Wins by answerer, in the order they first appear; "tie" last, where there are any. */
  readonly wins: readonly { readonly by: string; readonly count: number }[];
  /** Items asked both ways round, and those of them where the judge chose the same. */
  readonly swapped: number;
  readonly consistent: number;
}

export function tallyOf(items: readonly Verdict[]): Tally {
  const names = [...new Set(items.flatMap((item) => item.answers.map(({ by }) => by)))];
  const won = (by: string) => items.filter(({ winner }) => winner === by).length;
  const wins = names.map((by) => ({ by, count: won(by) }));
  const ties = won("tie");
  if (ties > 0) wins.push({ by: "tie", count: ties });
  return {
    wins: items.some(({ winner }) => winner !== undefined) ? wins : [],
    swapped: items.filter(({ consistent }) => consistent !== undefined).length,
    consistent: items.filter(({ consistent }) => consistent).length,
  };
}

export function VerdictsView({
  title,
  items,
  noun = "verdicts",
}: {
  title?: string | undefined;
  items: readonly Verdict[];
  /** What the items are; of pairs, whose better answer is known by its name, wins are not counted. */
  noun?: "verdicts" | "pairs";
}) {
  return (
    <div className="verdicts">
      {title && <h5>{title}</h5>}
      {noun === "verdicts" && <TallyView items={items} />}
      <More items={items} step={20} noun={noun}>
        {(item, index) => (
          <section key={index} className="verdict">
            <div className="verdict-prompt">{item.prompt}</div>
            <div className="verdict-answers">
              {item.answers.map((answer) => (
                <div key={answer.by} className="verdict-answer" data-winner={answer.by === item.winner || undefined}>
                  <div className="verdict-by">
                    {answer.by === item.winner && <Icon name="check" size={12} />}
                    <b>{answer.by}</b>
                    {answer.by === item.winner && <span className="verdict-better">better</span>}
                    <span className="grow" />
                    {answer.score !== undefined && <span data-number>{figure(answer.score)}</span>}
                  </div>
                  <p>{answer.text}</p>
                </div>
              ))}
            </div>
            <Why item={item} />
          </section>
        )}
      </More>
    </div>
  );
}

function Why({ item: { winner, reason, consistent } }: { item: Verdict }) {
  if (winner !== "tie" && reason === undefined && consistent !== false) return null;
  return (
    <div className="verdict-why">
      {winner === "tie" && <b>Tie. </b>}
      {reason}
      {consistent === false && <span className="verdict-swapped"> Swapping the answers changed the verdict.</span>}
    </div>
  );
}

function TallyView({ items }: { items: readonly Verdict[] }) {
  const { wins, swapped, consistent } = tallyOf(items);
  if (wins.length === 0) return null;
  const all = wins.reduce((sum, { count }) => sum + count, 0);
  return (
    <div className="tally">
      <TallyBar wins={wins} />
      <div className="tally-words">
        {wins.map(({ by, count }, index) => (
          <span key={by}>
            <i className={`tally-${by === "tie" ? "tie" : index % 4}`} />
            {by === "tie" ? "tie" : by} <b>{count}</b>
            <span className="faint"> {all > 0 && `${Math.round((100 * count) / all)} %`}</span>
          </span>
        ))}
        {swapped > 0 && (
          <span className="muted">
            {`the same with the answers swapped: ${consistent} of ${plural(swapped, "verdict")}`}
          </span>
        )}
      </div>
    </div>
  );
}

function TallyBar({ wins }: { wins: Tally["wins"] }) {
  return (
    <div className="tally-bar">
      {wins.map(
        ({ by, count }, index) =>
          count > 0 && (
            <i key={by} className={`tally-${by === "tie" ? "tie" : index % 4}`} style={{ flexGrow: count }} />
          ),
      )}
    </div>
  );
}

/** Who wins how often, else the first pair, in the size of a node. */
export function VerdictsBrief({ items }: { items: readonly Verdict[] }) {
  const { wins, swapped, consistent } = tallyOf(items);
  const [first] = items;
  return (
    <div className="verdicts-brief">
      {wins.length > 0 && <TallyBar wins={wins} />}
      {wins.map(({ by, count }, index) => (
        <div key={by}>
          <span className="ellipsis">
            <i className={`tally-${by === "tie" ? "tie" : index % 4}`} /> {by}
          </span>
          <b>{count}</b>
        </div>
      ))}
      {swapped > 0 && (
        <div className="muted">
          <span>same when swapped</span>
          <span>{Math.round((100 * consistent) / swapped)} %</span>
        </div>
      )}
      {wins.length === 0 && first && <PairBrief item={first} />}
    </div>
  );
}

/** The first answers to one prompt, the better one marked. */
export function PairBrief({ item }: { item: Verdict }) {
  return item.answers.slice(0, 2).map((answer) => (
    <p key={answer.by} data-winner={answer.by === item.winner || undefined}>
      <span className="faint">{answer.by}</span> {answer.text.slice(0, 90)}
    </p>
  ));
}
