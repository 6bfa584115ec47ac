import { useEffect, useRef } from "react";
import { useNodeRun } from "../use-session.ts";

/** A step's log; it follows the newest line while one is at the end. */
export function LogPane({ id }: { id: string }) {
  const { run } = useNodeRun(id);
  const box = useRef<HTMLPreElement>(null);
  const lines = run?.log ?? [];
  useEffect(() => {
    const element = box.current;
    if (element && element.scrollHeight - element.scrollTop - element.clientHeight < 80)
      element.scrollTop = element.scrollHeight;
  });
  return (
    <pre className="log mono" ref={box} tabIndex={0} aria-label="Log">
      {lines.join("\n")}
    </pre>
  );
}
