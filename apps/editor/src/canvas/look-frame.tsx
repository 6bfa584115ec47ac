import { useEffect, useRef, type ReactNode } from "react";
import { useStore } from "zustand";
import { useSession } from "../use-session.ts";

/** Keeps a look's room while the next one is being made, so that an edit does not make the node shrink and grow. */
export function LookFrame({ id, children }: { id: string; children: ReactNode }) {
  const isPreviewed = useStore(useSession().previews.store, ({ nodes }) => {
    const state = nodes[id]?.state;
    return state === "ready" || state === "running";
  });
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (element.childElementCount > 0 && entry)
        element.style.setProperty("--look-height", `${entry.contentRect.height}px`);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div className="look-frame" data-previewed={isPreviewed || undefined} ref={frame}>
      {children}
    </div>
  );
}
