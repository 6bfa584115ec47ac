// One port at a node's side: its glyph is the handle, hollow until something is connected; pointing at it shows its type.
import { Handle, Position } from "@xyflow/react";
import type { PortKind } from "@heddle/schema/type";
import type { ReactNode } from "react";
import { interfaceStore } from "../interface-store.ts";
import { PortGlyph } from "../theme/glyphs.tsx";

interface PortProps {
  readonly node: string;
  readonly port: string;
  readonly side: "input" | "output";
  readonly kind: PortKind;
  readonly connected: boolean;
  readonly optional?: boolean | undefined;
  readonly children?: ReactNode;
}

function hideTip(): void {
  interfaceStore.setState({ tip: undefined });
}

export function Port({ node, port, side, kind, connected, optional, children }: PortProps) {
  const showTip = (element: Element) =>
    interfaceStore.setState({ tip: { port: { node, port }, side, box: element.getBoundingClientRect() } });
  return (
    <>
      <Handle
        type={side === "input" ? "target" : "source"}
        position={side === "input" ? Position.Left : Position.Right}
        id={port}
        className="port-handle"
        aria-label={`${side} ${port}, ${kind}, ${connected ? "connected" : "not connected"}`}
        onPointerEnter={(event) => showTip(event.currentTarget)}
        onPointerLeave={hideTip}
        onPointerDown={hideTip}
      >
        <PortGlyph kind={kind} hollow={!connected} />
      </Handle>
      <span className="port-name" data-optional={(optional && !connected) || undefined}>
        {port}
        {children}
      </span>
    </>
  );
}
