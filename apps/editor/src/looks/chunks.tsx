// Documents with the chunks they are cut into, coloured in turn; where chunks overlap the text carries both.
import type { ReportBlock } from "@heddle/schema/report";
import { useState } from "react";
import { count, plural } from "../theme/words.ts";
import { piecesOf, type Piece } from "./spans.ts";

type ChunksBlock = Extract<ReportBlock, { kind: "chunks" }>;
export type ChunkedDocument = ChunksBlock["items"][number];

/** Drawn at once; of a longer document the rest follows on request. */
const drawn = 400;

export function ChunksView({
  title,
  items,
  onChunk,
}: {
  title?: string | undefined;
  items: readonly ChunkedDocument[];
  /** Called with the document and the number of the chunk that was clicked. */
  onChunk?: (document: number, chunk: number) => void;
}) {
  const [chosen, setChosen] = useState(0);
  const at = Math.min(chosen, items.length - 1);
  const shown = items[at];
  if (!shown) return <p className="empty">No documents.</p>;
  return (
    <div className="chunks">
      {title && <h5>{title}</h5>}
      {items.length > 1 && (
        <select
          className="field chunks-choice"
          aria-label="Document"
          value={at}
          onChange={(event) => setChosen(Number(event.target.value))}
        >
          {items.map((item, index) => (
            <option key={`${index} ${item.document}`} value={index}>
              {`${item.document} · ${plural(item.spans.length, "chunk")}`}
            </option>
          ))}
        </select>
      )}
      <Document key={at} item={shown} {...(onChunk && { onChunk: (chunk: number) => onChunk(at, chunk) })} />
    </div>
  );
}

function Document({ item, onChunk }: { item: ChunkedDocument; onChunk?: (chunk: number) => void }) {
  const [limit, setLimit] = useState(drawn);
  const [near, setNear] = useState<number>();
  const pieces = piecesOf(item.text.length, item.spans);
  const shown = pieces.slice(0, limit);
  const span = near === undefined ? undefined : item.spans[near];
  return (
    <article className="chunked" aria-label={item.document}>
      <p className="chunked-words muted">
        <b>{item.document}</b> {count(item.text.length)} characters, {plural(item.spans.length, "chunk")}
        {span && (
          <span>
            {" · "}chunk {(near ?? 0) + 1}: {count(span.start)} to {count(span.end)}
            {span.label ? ` · ${span.label}` : ""}
          </span>
        )}
      </p>
      <p className="chunked-text">
        {shown.map((piece) => (
          <ChunkPiece
            key={piece.start}
            piece={piece}
            item={item}
            near={near}
            point={setNear}
            {...(onChunk && { choose: onChunk })}
          />
        ))}
      </p>
      {pieces.length > limit && (
        <button className="button small more-items" onClick={() => setLimit(limit + drawn)}>
          Show {count(Math.min(drawn, pieces.length - limit))} more of {count(pieces.length)} pieces
        </button>
      )}
    </article>
  );
}

function ChunkPiece({
  piece,
  item,
  near,
  point,
  choose,
}: {
  piece: Piece;
  item: ChunkedDocument;
  near: number | undefined;
  point: (chunk: number | undefined) => void;
  choose?: (chunk: number) => void;
}) {
  const text = item.text.slice(piece.start, piece.end);
  const newest = piece.over.at(-1);
  if (newest === undefined) return <span className="chunk-gap">{text}</span>;
  const begins = item.spans[newest]?.start === piece.start;
  return (
    <span
      className={`chunk tint-${newest % 4}`}
      data-overlap={piece.over.length > 1 || undefined}
      data-near={(near !== undefined && piece.over.includes(near)) || undefined}
      title={
        piece.over.length > 1
          ? `in chunks ${piece.over.map((index) => index + 1).join(" and ")}`
          : `chunk ${newest + 1}${item.spans[newest]?.label ? ` · ${item.spans[newest].label}` : ""}`
      }
      onPointerEnter={() => point(newest)}
      onPointerLeave={() => point(undefined)}
      onClick={() => choose?.(newest)}
    >
      {begins && <sup>{newest + 1}</sup>}
      {text}
    </span>
  );
}

/** The beginning of the first document, in the size of a node. */
export function ChunksBrief({ item }: { item: ChunkedDocument }) {
  // About nine lines of 34 characters; chunks longer than that show their colour one after another all the same.
  const share = Math.max(24, Math.floor(300 / Math.max(1, Math.min(6, item.spans.length))));
  const pieces = piecesOf(item.text.length, item.spans).filter(({ over }) => over.length > 0);
  return (
    <div className="look-chunks">
      {pieces.slice(0, 8).map((piece) => {
        const text = item.text.slice(piece.start, Math.min(piece.end, piece.start + share));
        return (
          <span
            key={piece.start}
            className={`chunk tint-${(piece.over.at(-1) ?? 0) % 4}`}
            data-overlap={piece.over.length > 1 || undefined}
          >
            {text.replaceAll(/\s+/g, " ")}
            {piece.end - piece.start > share ? "… " : ""}
          </span>
        );
      })}
    </div>
  );
}
