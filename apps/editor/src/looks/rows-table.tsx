// A rows artifact as a table: only the rows in view are drawn, pages are fetched as they come near. A row opens in full beside it.
import type { RowsPage } from "@heddle/schema/api";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { count } from "../theme/words.ts";
import { Cell, isNumber, isTokens } from "./cell.tsx";
import { RowDetail } from "./row-detail.tsx";
import { fetchRows } from "./use-artifact.ts";

export const pageRows = 100;
const noPages: ReadonlyMap<number, RowsPage> = new Map();
const rowHeight = 26;

/** The pages after the first that hold these rows, by page number. */
export function usePages(digest: string, rows: readonly number[]): ReadonlyMap<number, RowsPage> {
  const [fetched, setFetched] = useState({ digest, pages: noPages });
  const wanted = [...new Set(rows.map((row) => Math.floor(row / pageRows)))].join(" ");
  useEffect(() => {
    let left = false;
    for (const page of wanted.split(" ").map(Number).filter(Boolean)) {
      fetchRows(digest, page * pageRows, pageRows).then((value) => {
        if (left) return;
        setFetched((before) => {
          const pages = before.digest === digest ? before.pages : noPages;
          return pages.has(page) ? before : { digest, pages: new Map(pages).set(page, value) };
        });
      }, console.error);
    }
    return () => {
      left = true;
    };
  }, [digest, wanted]);
  return fetched.digest === digest ? fetched.pages : noPages;
}

/** Least width in pixels, and the share of what is left. */
function columnWidth(type: string): readonly [pixels: number, share: number] {
  if (isNumber(type) || type === "bool") return [92, 0];
  if (type === "time") return [150, 0];
  if (isTokens(type)) return [300, 4];
  return type === "string" ? [130, 1] : [180, 2];
}

const numberWidth = 56;

/** Tokens show their mask by shading: where there are tokens, the mask needs no column of its own. */
function shownColumns(columns: RowsPage["columns"]) {
  const tokens = columns.some((column) => isTokens(column.type));
  return columns.map((column, at) => ({ ...column, at })).filter(({ name }) => !(tokens && name === "mask"));
}

/** `first`: the first page. `only`: these rows alone, in this order. */
export function RowsTable({ digest, first, only }: { digest: string; first: RowsPage; only?: readonly number[] }) {
  const { columns } = first;
  const total = only?.length ?? first.total;
  /** From a line of the table to the row it shows. */
  const rowOf = (line: number) => only?.[line] ?? line;
  const scroller = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<number>();
  // oxlint-disable-next-line react/incompatible-library -- its functions are used here alone, never handed to a memoized child
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const pages = usePages(
    digest,
    items.map(({ index }) => rowOf(index)),
  );
  const rowAt = (line: number) => {
    const row = rowOf(line);
    const page = row < pageRows ? first : pages.get(Math.floor(row / pageRows));
    return page?.rows[row % pageRows];
  };
  const shown = shownColumns(columns);
  const widths = shown.map((column) => columnWidth(column.type));
  const line = {
    gridTemplateColumns: `${numberWidth}px ${widths.map(([pixels, share]) => (share ? `minmax(${pixels}px, ${share}fr)` : `${pixels}px`)).join(" ")}`,
    minWidth: widths.reduce((sum, [pixels]) => sum + pixels, numberWidth),
  };
  const mask = columns.findIndex((column) => column.name === "mask");
  const detail = chosen === undefined ? undefined : rowAt(chosen);

  const keys = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = Math.min(total - 1, Math.max(0, (chosen ?? -1) + by));
    setChosen(next);
    virtual.scrollToIndex(next);
  };

  return (
    <div className="rows-look">
      <div
        className="rows-scroller"
        ref={scroller}
        role="table"
        aria-rowcount={total}
        aria-label={`${count(total)} rows`}
        tabIndex={0}
        onKeyDown={keys}
      >
        <div className="rows-head" role="row" style={line}>
          <span role="columnheader" aria-label="Row number" />
          {shown.map((column) => (
            <span
              key={column.name}
              role="columnheader"
              data-number={isNumber(column.type) || undefined}
              title={`${column.name}: ${column.type}`}
            >
              {column.name} <small>{column.type}</small>
            </span>
          ))}
        </div>
        <div className="rows-body" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const row = rowAt(index);
            return (
              <div
                key={index}
                role="row"
                aria-rowindex={index + 1}
                className="rows-row"
                data-chosen={index === chosen || undefined}
                style={{ ...line, transform: `translateY(${start}px)` }}
                onClick={() => setChosen(index === chosen ? undefined : index)}
              >
                <span className="row-number">{count(rowOf(index) + 1)}</span>
                {shown.map((column) => (
                  <span key={column.name} role="cell" data-number={isNumber(column.type) || undefined}>
                    {row && <Cell type={column.type} value={row[column.at]} mask={row[mask]} />}
                  </span>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {detail && <RowDetail columns={columns} row={detail} close={() => setChosen(undefined)} />}
    </div>
  );
}
