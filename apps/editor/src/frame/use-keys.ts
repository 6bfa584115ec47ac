// The keyboard: every command without a pointer. Keys typed into a field belong to the field.
import { useReactFlow, type ReactFlowInstance } from "@xyflow/react";
import { useEffect } from "react";
import { flushSync } from "react-dom";
import { idsOf, moveNodes, type Point } from "../document/edits.ts";
import { nearest, type Direction } from "../canvas/nearest.ts";
import { interfaceStore, notify, reporting } from "../interface-store.ts";
import { isLive } from "../run/run-store.ts";
import type { Session } from "../session.ts";
import { addNoteTo, duplicate, paste, removeSelection, run, selectionText, tidyGraph } from "./commands.ts";
import { fitAll } from "../canvas/fit-view.ts";
import { reveal } from "../canvas/reveal.ts";
import { openFit } from "../canvas/open-fit.ts";
import { measuredSize, middleOfCanvas } from "../canvas/measured.ts";
import { bendSelected } from "../canvas/bend.ts";
import { noteOf, placeOf } from "../document/layout.ts";

const directions: Readonly<Record<string, Direction>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.closest("input, textarea, select, [role=dialog], [role=alertdialog], [role=menu]") !== null
  );
}

/** On a control that has its own use for the key. */
function onControl(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("button, a, [role=tab], [role=radio], [role=option], .panel, .inspector") !== null
  );
}

export function useKeys(session: Session): void {
  const flow = useReactFlow();
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (!event.defaultPrevented && handle(session, flow, event)) event.preventDefault();
    };
    const copy = (event: ClipboardEvent) => {
      if (typing(event.target) || getSelection()?.isCollapsed === false) return;
      const text = selectionText(session);
      if (text === undefined) return;
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
      if (event.type === "cut") removeSelection(session);
    };
    const pasted = (event: ClipboardEvent) => {
      if (typing(event.target)) return;
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (paste(session, text, middleOfCanvas(flow))) event.preventDefault();
      else if (text.trim() !== "") notify("The clipboard holds no graph. Copy nodes or the text of a graph's file.");
    };
    window.addEventListener("keydown", down);
    document.addEventListener("copy", copy);
    document.addEventListener("cut", copy);
    document.addEventListener("paste", pasted);
    return () => {
      window.removeEventListener("keydown", down);
      document.removeEventListener("copy", copy);
      document.removeEventListener("cut", copy);
      document.removeEventListener("paste", pasted);
    };
  }, [session, flow]);
}

/** True when the key meant something. */
function handle(session: Session, flow: ReactFlowInstance, event: KeyboardEvent): boolean {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) return withControl(session, key, event);
  if (key === "Escape" && toNode(session, event.target)) return true;
  if (typing(event.target)) return false;
  const direction = directions[key];
  if (direction) return !onControl(event.target) && arrow(session, flow, direction, event.altKey);
  if ((key === "Enter" || key === " ") && onControl(event.target)) return false;
  return plainKey(session, flow, key, event);
}

function withControl(session: Session, key: string, event: KeyboardEvent): boolean {
  const { document } = session;
  if (key === "Enter") {
    if (!isLive(session.run.getState().state)) run(session);
    return true;
  }
  if (key === "s") {
    reporting(session.autosave.flush());
    return true;
  }
  if (typing(event.target)) return false;
  switch (key) {
    case "z":
      if (event.shiftKey) document.redo();
      else document.undo();
      return true;
    case "y":
      document.redo();
      return true;
    case "d":
      duplicate(session);
      return true;
    case "a":
      document.select(idsOf(document.getState().graph));
      return true;
    default:
      return false;
  }
}

function plainKey(session: Session, flow: ReactFlowInstance, key: string, event: KeyboardEvent): boolean {
  const { selected } = session.document.getState();
  const one = selected.size === 1 ? [...selected][0] : undefined;
  const state = interfaceStore.getState();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 160;
  const act: Readonly<Record<string, () => unknown>> = {
    "/": () => {
      interfaceStore.setState({ palette: true });
      requestAnimationFrame(() => document.getElementById("palette-search")?.focus());
    },
    "?": () => interfaceStore.setState({ dialog: "shortcuts" }),
    "[": () => interfaceStore.setState({ palette: !state.palette }),
    "]": () => interfaceStore.setState({ inspector: !state.inspector }),
    "\\": () => interfaceStore.setState({ panel: !state.panel }),
    f: () => fitAll(flow, calm),
    t: () => reporting(tidyGraph(session, measuredSize(flow))),
    "+": () => flow.zoomIn({ duration: calm }),
    "=": () => flow.zoomIn({ duration: calm }),
    "-": () => flow.zoomOut({ duration: calm }),
    "0": () => flow.zoomTo(1, { duration: calm }),
    n: () => addNoteTo(session, middleOfCanvas(flow)),
    r: () => bendSelected(session, flow),
    c: () => one !== undefined && openFit(session, flow, one, event.shiftKey ? "input" : "output"),
    Delete: () => removeSelection(session),
    Backspace: () => removeSelection(session),
    Escape: () => session.document.select([]),
    " ": () => selectFocused(session),
    Enter: () => {
      if (selectFocused(session)) return;
      if (one !== undefined && noteOf(session.document.getState().graph, one))
        interfaceStore.setState({ writing: one });
      else if (event.shiftKey) {
        const nodes = [...selected].filter((id) => session.document.getState().graph.nodes[id]);
        if (nodes.length > 0) run(session, nodes);
      } else goToField("first", ".inspector .field, .inspector button[role=radio]");
    },
    F2: () => goToField("last", ".inspector-title input"),
  };
  const found = act[key];
  if (!found) return false;
  found();
  return true;
}

/** Shows the inspector's parameters (first) or notes (last) and goes to a field there. */
function goToField(tab: "first" | "last", field: string): void {
  // At once: the next key is for the field already.
  flushSync(() => document.querySelector<HTMLElement>(`.inspector-tabs button:${tab}-child`)?.click());
  document.querySelector<HTMLElement>(field)?.focus();
}

/** From the inspector or the results back to the node that they are of, where keys mean commands again. */
function toNode({ document }: Session, from: EventTarget | null): boolean {
  if (!(from instanceof HTMLElement) || !from.closest(".inspector, .panel")) return false;
  const [id] = document.getState().selected;
  from.blur();
  if (id === undefined) return true;
  const node = window.document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
  node?.focus({ preventScroll: true });
  return true;
}

/** A node reached with Tab and not selected yet becomes the selection. */
function selectFocused({ document }: Session): boolean {
  const focused = window.document.activeElement?.closest(".react-flow__node")?.getAttribute("data-id");
  if (!focused || document.getState().selected.has(focused)) return false;
  document.select([focused]);
  return true;
}

function arrow(session: Session, flow: ReactFlowInstance, direction: Direction, move: boolean): boolean {
  const { graph, selected } = session.document.getState();
  if (move) {
    const places = Object.fromEntries(
      [...selected].map((id) => {
        const [x, y] = placeOf(graph, id) ?? [0, 0];
        return [id, [x + direction[0] * 10, y + direction[1] * 10] satisfies Point];
      }),
    );
    session.document.edit((before) => moveNodes(before, places), "nudge");
    return selected.size > 0;
  }
  const next = nearest(graph, [...selected].at(-1), direction, measuredSize(flow));
  if (next === undefined) return false;
  session.document.select([next]);
  const element = document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(next)}"]`);
  element?.focus({ preventScroll: true });
  reveal(flow, next);
  return true;
}
