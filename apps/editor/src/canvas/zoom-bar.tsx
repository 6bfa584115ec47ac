import { Panel, useReactFlow, useStore } from "@xyflow/react";
import { addNoteTo, tidyGraph } from "../frame/commands.ts";
import { interfaceStore, reporting } from "../interface-store.ts";
import { Icon } from "../theme/glyphs.tsx";
import { useInterface, useSession } from "../use-session.ts";
import { fitAll } from "./fit-view.ts";
import { measuredSize, middleOfCanvas } from "./measured.ts";

export function ZoomBar() {
  const session = useSession();
  const flow = useReactFlow();
  const previews = useInterface((state) => state.previews);
  const zoom = useStore((state) => Math.round(state.transform[2] * 100));
  return (
    <Panel position="bottom-left" className="zoom-bar">
      <button aria-label="Zoom out" onClick={() => reporting(flow.zoomOut())}>
        <Icon name="minus" size={13} />
      </button>
      <button
        className="zoom-value"
        aria-label={`Zoom ${zoom} %, press for 100 %`}
        onClick={() => reporting(flow.zoomTo(1))}
      >
        {zoom} %
      </button>
      <button aria-label="Zoom in" onClick={() => reporting(flow.zoomIn())}>
        <Icon name="plus" size={13} />
      </button>
      <span className="zoom-line" />
      <button title="Fit everything (F)" onClick={() => fitAll(flow)}>
        Fit
      </button>
      <button title="Lay out anew (T)" onClick={() => reporting(tidyGraph(session, measuredSize(flow)))}>
        Tidy
      </button>
      <button title="Write a note on the canvas (N)" onClick={() => addNoteTo(session, middleOfCanvas(flow))}>
        Note
      </button>
      <span className="zoom-line" />
      <button
        title={
          previews
            ? "Results on the first rows, computed in this page as you edit: press to switch off"
            : "Show results on the first rows as you edit"
        }
        aria-pressed={previews}
        onClick={() => interfaceStore.setState({ previews: !previews })}
      >
        Previews
      </button>
    </Panel>
  );
}
