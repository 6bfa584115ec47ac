// A rows artifact: the look its columns allow that says most, and always the table.
import type { RowsPage } from "@heddle/schema/api";
import { useState } from "react";
import { count } from "../theme/words.ts";
import { Choice } from "./choice.tsx";
import { ChunksView } from "./chunks.tsx";
import { HitsView } from "./hits.tsx";
import { EmbeddingMap } from "./map/embedding-map.tsx";
import { RowDetail } from "./row-detail.tsx";
import {
  chunkedDocuments,
  hitsItems,
  looksOf,
  lookWords,
  pairItems,
  vectorColumn,
  type RowsLookKind,
} from "./rows-looks.ts";
import { pageRows, RowsTable, usePages } from "./rows-table.tsx";
import { useNewestRows } from "./use-artifact.ts";
import { VerdictsView } from "./verdicts.tsx";

/** What was chosen last, for the next artifact that has it. */
let chosenLook: RowsLookKind | undefined;

export function RowsLook({ digest: wantedDigest }: { digest: string }) {
  const { digest, page } = useNewestRows(wantedDigest, pageRows);
  const [wanted, setWanted] = useState(chosenLook);
  if (page.state === "loading") return null;
  if (page.state === "failed") return <p className="empty">These rows cannot be read: {page.message}</p>;
  const first = page.value;
  if (first.total === 0) return <p className="empty">No rows: nothing passed.</p>;
  const looks = looksOf(first);
  const look = looks.find((one) => one === wanted) ?? looks[0] ?? "table";
  if (looks.length === 1) return <RowsTable digest={digest} first={first} />;
  const choice = (
    <Choice
      label="Look"
      options={Object.fromEntries(looks.map((one) => [one, lookWords[one]])) as Record<RowsLookKind, string>}
      value={look}
      set={(next) => {
        chosenLook = next;
        setWanted(next);
      }}
    />
  );
  if (look === "map") {
    const column = vectorColumn(first) ?? 0;
    return <EmbeddingMap key={digest} digest={digest} first={first} column={column} choice={choice} />;
  }
  return (
    <div className="rows-looks">
      <div className="rows-choice">{choice}</div>
      <div className="rows-chosen" data-look={look}>
        <Chosen digest={digest} first={first} look={look} />
      </div>
    </div>
  );
}

function Chosen({ digest, first, look }: { digest: string; first: RowsPage; look: Exclude<RowsLookKind, "map"> }) {
  switch (look) {
    case "table":
      return <RowsTable digest={digest} first={first} />;
    case "hits":
      return (
        <Pages digest={digest} first={first} noun="queries">
          {(rows) => <HitsView items={hitsItems(first.columns, rows)} />}
        </Pages>
      );
    case "pairs":
      return (
        <Pages digest={digest} first={first} noun="pairs">
          {(rows) => <VerdictsView items={pairItems(first.columns, rows)} noun="pairs" />}
        </Pages>
      );
    case "chunks":
      return (
        <Pages digest={digest} first={first} noun="chunks">
          {(rows) => <Chunks columns={first.columns} rows={rows} />}
        </Pages>
      );
    default:
      return look satisfies never;
  }
}

/** The rows of some pages at once, more on request. */
function Pages({
  digest,
  first,
  noun,
  children,
}: {
  digest: string;
  first: RowsPage;
  noun: string;
  children: (rows: RowsPage["rows"]) => React.ReactNode;
}) {
  const [shown, setShown] = useState(1);
  const pages = usePages(
    digest,
    Array.from({ length: shown }, (_, page) => page * pageRows),
  );
  const rows = [first, ...Array.from({ length: shown - 1 }, (_, page) => pages.get(page + 1))].flatMap(
    (page) => page?.rows ?? [],
  );
  return (
    <div className="rows-pages">
      {children(rows)}
      {rows.length < first.total && (
        <p className="rows-more muted">
          From the first {count(rows.length)} of {count(first.total)} {noun}.{" "}
          <button className="button small" onClick={() => setShown(shown + 2)}>
            Read more
          </button>
        </p>
      )}
    </div>
  );
}

function Chunks({ columns, rows }: { columns: RowsPage["columns"]; rows: RowsPage["rows"] }) {
  const [chosen, setChosen] = useState<number>();
  const documents = chunkedDocuments(columns, rows);
  const detail = chosen === undefined ? undefined : rows[chosen];
  return (
    <div className="rows-look">
      <div className="rows-scroller chunks-scroller">
        <ChunksView items={documents} onChunk={(document, chunk) => setChosen(documents[document]?.rows[chunk])} />
      </div>
      {detail && <RowDetail columns={columns} row={detail} close={() => setChosen(undefined)} />}
    </div>
  );
}
