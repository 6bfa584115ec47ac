import type { FitViewOptions } from "@xyflow/react";

/** Clear of the bar at the bottom. */
export const clearOfBar = { top: "24px", right: "28px", bottom: "56px", left: "28px" } as const;

/** Everything in view, never larger than life. */
export const fitEverything: FitViewOptions = { padding: clearOfBar, maxZoom: 1 };
