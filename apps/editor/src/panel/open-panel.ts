import { interfaceStore } from "../interface-store.ts";

/** Makes room for a conversation below the canvas; the click that called selects the node. */
export function openPlayground(id: string): void {
  const { panelHeight } = interfaceStore.getState();
  interfaceStore.setState({
    panel: true,
    panelHeight: Math.max(panelHeight, Math.min(360, window.innerHeight * 0.48)),
  });
  requestAnimationFrame(() =>
    document.querySelector<HTMLElement>(`[data-playground="${CSS.escape(id)}"] textarea`)?.focus(),
  );
}
