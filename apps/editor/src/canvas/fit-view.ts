import type { FitViewOptions } from "@xyflow/react";

/** Everything in view, clear of the bar at the bottom, never larger than life. */
export const fitEverything: FitViewOptions = {
  padding: { top: "24px", right: "28px", bottom: "56px", left: "28px" },
  maxZoom: 1,
};
