// The first look of some rows in the size of a node.
import type { RowsPage } from "@heddle/schema/api";
import { useEffect, useMemo, useRef } from "react";
import { ChunksBrief } from "./chunks.tsx";
import { HitsBrief } from "./hits.tsx";
import { colouringOf } from "./map/colours.ts";
import { groupingColumn, useLayout } from "./map/embedding-map.tsx";
import { fitView } from "./map/plane.ts";
import { draw, useTheme } from "./map/scatter.tsx";
import { chunkedDocuments, hitsItems, looksOf, pairItems, vectorColumn } from "./rows-looks.ts";
import { useColumns, useRows, useVectors } from "./use-artifact.ts";
import { PairBrief } from "./verdicts.tsx";

export function RowsBrief({ digest, page, width }: { digest: string; page: RowsPage; width: number }) {
  const { columns, rows } = page;
  switch (looksOf(page)[0]) {
    case "hits": {
      const [item] = hitsItems(columns, rows);
      return item ? (
        <div className="look">
          <HitsBrief item={item} />
        </div>
      ) : null;
    }
    case "chunks": {
      const [document] = chunkedDocuments(columns, rows);
      return document ? (
        <div className="look">
          <ChunksBrief item={document} />
        </div>
      ) : null;
    }
    case "pairs": {
      const [item] = pairItems(columns, rows);
      return item ? (
        <div className="look verdicts-brief">
          <PairBrief item={item} />
        </div>
      ) : null;
    }
    case "map":
      return <MapBrief digest={digest} page={page} width={width} />;
    default:
      return null;
  }
}

/** Points of a small map: enough to see groups. */
const fewPoints = 400;
const tall = 92;

function MapBrief({ digest, page, width }: { digest: string; page: RowsPage; width: number }) {
  const column = vectorColumn(page) ?? 0;
  const count = Math.min(page.total, fewPoints);
  const vectors = useVectors(digest, column, count);
  const ready = vectors.state === "ready" ? vectors.value : undefined;
  const { layout } = useLayout(`${digest} ${column} ${count} pca`, ready, "pca");
  const sample = useRows(digest, 0, 100);
  const grouping = sample.state === "ready" ? groupingColumn(sample.value) : undefined;
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const groups = useColumns(digest, grouping === undefined ? [] : [grouping], count);
  const colouring = useMemo(() => colouringOf(groups?.map(([value]) => value) ?? []), [groups]);
  useEffect(() => {
    if (!canvas.current || !layout) return;
    const size = { width, height: tall };
    const view = fitView(layout.points, width, tall, 8);
    draw(canvas.current, { points: layout.points, view, colouring, chosen: new Set(), size, theme });
  }, [layout, colouring, width, theme]);
  if (!layout) return <div className="look look-map" style={{ height: tall }} />;
  return (
    <div className="look look-map">
      <canvas
        ref={canvas}
        width={width * devicePixelRatio}
        height={tall * devicePixelRatio}
        style={{ width, height: tall }}
        role="img"
        aria-label={`Map of ${count} vectors`}
      />
    </div>
  );
}
