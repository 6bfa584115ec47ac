import type { FitViewOptions, ReactFlowInstance } from "@xyflow/react";
import { interfaceStore, reporting } from "../interface-store.ts";

/** Clear of the bar at the bottom. */
export const clearOfBar = { top: "24px", right: "28px", bottom: "56px", left: "28px" } as const;

/** Everything in view, never larger than life; also what is drawn from afar. */
export const fitEverything: FitViewOptions = { padding: clearOfBar, maxZoom: 1, includeHiddenNodes: true };

/** Shows everything. What is too small to read after it is put away before: it would all be made first otherwise. */
export function fitAll(flow: ReactFlowInstance, duration = 0): void {
  interfaceStore.setState({ fitting: true });
  const fit = async () => {
    await flow.fitView({ ...fitEverything, duration });
    interfaceStore.setState({ fitting: false });
  };
  // One frame to say so, one to have it done.
  requestAnimationFrame(() => requestAnimationFrame(() => reporting(fit())));
}
