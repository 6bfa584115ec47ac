// A long list in steps: the first few, and a button for the next.
import { useState, type ReactNode } from "react";
import { count } from "../theme/words.ts";

export function More<T>({
  items,
  step,
  noun,
  children,
}: {
  items: readonly T[];
  step: number;
  /** What the items are, in the plural. */
  noun: string;
  children: (item: T, index: number) => ReactNode;
}) {
  const [shown, setShown] = useState(step);
  const left = items.length - shown;
  return (
    <>
      {items.slice(0, shown).map(children)}
      {left > 0 && (
        <button className="button small more-items" onClick={() => setShown(shown + step)}>
          Show {count(Math.min(step, left))} more of {count(items.length)} {noun}
        </button>
      )}
    </>
  );
}
