// Tokens as coloured pieces. A mask beside them dims the tokens that training does not learn from.
import { z } from "zod";

const tokensCell = z.object({ ids: z.array(z.number()), pieces: z.array(z.string()) });
export type TokensCell = z.infer<typeof tokensCell>;

export function tokensOf(value: unknown): TokensCell | undefined {
  return tokensCell.safeParse(value).data;
}

const maskCell = z.array(z.boolean());

/** The list of booleans of a `mask` column, where it has one. */
export function maskOf(value: unknown): readonly boolean[] | undefined {
  return maskCell.safeParse(value).data;
}

/** Spaces and line ends made visible where they stand alone. */
function shown(piece: string): string {
  return piece.trim() === ""
    ? piece.replaceAll(" ", "·").replaceAll("\n", "↵").replaceAll("\t", "⇥") || "∅"
    : piece.replaceAll("\n", "↵");
}

export function Tokens({
  cell,
  mask,
  limit = Infinity,
}: {
  cell: TokensCell;
  mask?: readonly boolean[] | undefined;
  limit?: number;
}) {
  const pieces = cell.pieces.slice(0, limit);
  return (
    <span className="tokens">
      {pieces.map((piece, index) => (
        <s
          // Tokens never move within their cell.
          key={index}
          className={`token-${index % 3}`}
          data-masked={mask?.[index] === false || undefined}
          title={`${JSON.stringify(piece)} · ${cell.ids[index]}${mask?.[index] === false ? " · not learnt" : ""}`}
        >
          {shown(piece)}
        </s>
      ))}
      {cell.pieces.length > pieces.length && <span className="faint"> +{cell.pieces.length - pieces.length}</span>}
    </span>
  );
}
