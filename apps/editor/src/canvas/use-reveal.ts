import { getViewportForBounds, useReactFlow } from "@xyflow/react";
import { useEffect, type RefObject } from "react";
import { reporting } from "../interface-store.ts";
import { useSession } from "../use-session.ts";
import { clearOfBar } from "./fit-view.ts";
import { reveal } from "./reveal.ts";

/** When results open below, the node they are about stays in sight. */
export function useReveal(wrapper: RefObject<HTMLDivElement | null>) {
  const session = useSession();
  const flow = useReactFlow();
  useEffect(() => {
    const canvas = wrapper.current;
    if (!canvas) return;
    let height = canvas.clientHeight;
    const observer = new ResizeObserver(() => {
      const shrunk = canvas.clientHeight < height;
      height = canvas.clientHeight;
      if (!shrunk) return;
      const { zoom } = flow.getViewport();
      const { clientWidth, clientHeight } = canvas;
      const bounds = flow.getNodesBounds(flow.getNodes());
      const whole = getViewportForBounds(bounds, clientWidth, clientHeight, 0.08, zoom, clearOfBar);
      // Where the whole graph still fits at nearly the size it had, all of it stays in sight.
      if (whole.zoom >= zoom * 0.9) {
        reporting(flow.setViewport(whole));
        return;
      }
      const { selected } = session.document.getState();
      const [only] = selected;
      if (only !== undefined && selected.size === 1) reveal(flow, only);
    });
    observer.observe(canvas);
    return () => observer.disconnect();
  }, [session, flow, wrapper]);
}
