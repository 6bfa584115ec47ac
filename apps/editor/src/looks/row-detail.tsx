// One row in full: every column under its name, messages as a conversation, tokens all coloured.
import type { RowsPage } from "@heddle/schema/api";
import { plural } from "../theme/words.ts";
import { isTokens, isVector, messagesOf, vectorWords } from "./cell.tsx";
import { hitsOf, HitsView } from "./hits.tsx";
import { queryColumn } from "./rows-looks.ts";
import { termsOf } from "./spans.ts";
import { maskOf, Tokens, tokensOf } from "./tokens.tsx";

export function RowDetail({
  columns,
  row,
  close,
}: {
  columns: RowsPage["columns"];
  row: readonly unknown[];
  close: () => void;
}) {
  const mask = maskOf(row[columns.findIndex((column) => column.name === "mask")]);
  const query = row[queryColumn(columns) ?? -1];
  const terms = typeof query === "string" ? termsOf(query) : [];
  const shades = mask !== undefined && columns.some((column) => isTokens(column.type));
  return (
    <aside className="row-detail" aria-label="The chosen row in full">
      <button className="button icon row-detail-close" aria-label="Close the row" onClick={close}>
        ×
      </button>
      {columns.map(
        (column, index) =>
          !(shades && column.name === "mask") && (
            <section key={column.name}>
              <h5>
                {column.name} <small>{column.type}</small>
              </h5>
              <FullValue type={column.type} value={row[index]} mask={mask} terms={terms} />
            </section>
          ),
      )}
    </aside>
  );
}

function FullValue({
  type,
  value,
  mask,
  terms,
}: {
  type: string;
  value: unknown;
  mask: readonly boolean[] | undefined;
  terms: readonly string[];
}) {
  if (value === null || value === undefined) return <span className="faint">none</span>;
  const cell = isTokens(type) ? tokensOf(value) : undefined;
  if (cell) {
    const learnt = mask?.filter(Boolean).length;
    return (
      <>
        <Tokens cell={cell} mask={mask} limit={4000} />
        <div className="faint">
          {plural(cell.ids.length, "token")}
          {learnt !== undefined && `, ${learnt} of them learnt`}
        </div>
      </>
    );
  }
  const talk = messagesOf(value);
  if (talk) {
    return (
      <div className="talk">
        {talk.map((message, index) => (
          // Messages of a row never move.
          <div key={index}>
            <span className="faint">{message.role}</span>
            <p>{message.content}</p>
          </div>
        ))}
      </div>
    );
  }
  if (typeof value === "string") return <p className="full-text">{value}</p>;
  if (isVector(type)) return <p className="mono full-text">{vectorWords(value)} numbers</p>;
  const hits = hitsOf(value);
  if (hits) return <HitsView items={[{ query: plural(hits.length, "hit"), terms: [...terms], hits }]} />;
  return <pre className="mono full-text">{JSON.stringify(value, null, 1)}</pre>;
}
