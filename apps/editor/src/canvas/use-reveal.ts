import { useReactFlow } from "@xyflow/react";
import { useEffect, type RefObject } from "react";
import { useSession } from "../use-session.ts";
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
      const { selected } = session.document.getState();
      const [only] = selected;
      if (shrunk && only !== undefined && selected.size === 1) reveal(flow, only);
    });
    observer.observe(canvas);
    return () => observer.disconnect();
  }, [session, flow, wrapper]);
}
