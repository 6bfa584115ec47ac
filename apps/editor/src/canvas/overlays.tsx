// What lies over the canvas: the zoom bar and the map, the tip of a port, the menu of what fits, the hint of an empty graph.
import { EmptyHint } from "./empty-hint.tsx";
import { FitMenu } from "./fit-menu.tsx";
import { Overview } from "./overview.tsx";
import { PortTip } from "./port-tip.tsx";
import { ZoomBar } from "./zoom-bar.tsx";

export function MapAndZoom() {
  return (
    <>
      <ZoomBar />
      <Overview />
    </>
  );
}

export function Floating({ empty }: { empty: boolean }) {
  return (
    <>
      {empty && <EmptyHint />}
      <PortTip />
      <FitMenu />
    </>
  );
}
