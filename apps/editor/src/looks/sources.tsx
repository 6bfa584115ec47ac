// What a served graph's answer rests on: the passages that it was given, with those it cites told apart.
import { z } from "zod";
import { Icon } from "../theme/glyphs.tsx";
import { figure } from "../theme/words.ts";
import { hitsOf } from "./hits.tsx";

const citations = z.array(z.object({ id: z.string(), marker: z.number() }));

/** Numbers of what an answer cites, by id. */
export function citedIn(value: unknown): ReadonlyMap<string, number> {
  return new Map((citations.safeParse(value).data ?? []).map(({ id, marker }) => [id, marker]));
}

export type AnswerRow = Readonly<Record<string, unknown>>;

export function Sources({ row }: { row: AnswerRow }) {
  const hits = Object.values(row)
    .map(hitsOf)
    .find((found) => found !== undefined && found.length > 0);
  if (!hits) return null;
  const markers = citedIn(row["citations"]);
  const words = markers.size > 0 ? `${markers.size} of ${hits.length} passages cited` : `${hits.length} passages found`;
  return (
    <details className="sources">
      <summary>
        <Icon name="chevron" size={11} /> {words}
      </summary>
      <ol>
        {hits.map(({ id, score, text }, index) => (
          <li key={`${index} ${id}`} data-cited={markers.has(id) || undefined}>
            <div className="sources-head">
              <b>{markers.has(id) ? `[${markers.get(id)}]` : "–"}</b>
              <span className="mono ellipsis">{id}</span>
              <span className="faint">{figure(score)}</span>
            </div>
            <p>{text}</p>
          </li>
        ))}
      </ol>
    </details>
  );
}
