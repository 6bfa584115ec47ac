// What an edge can go to: ports on the canvas that fit (from the keyboard) and new nodes that fit; searched by typing.
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { nodesGiving, nodesTaking, openInputs, openOutputs } from "../document/connect.ts";
import { edgesOf, type PortAddress } from "../document/edges.ts";
import { glyphKind } from "../document/specs.ts";
import { addToGraph, drawEdge, removeEdge } from "../frame/commands.ts";
import { interfaceStore, type FitRequest } from "../interface-store.ts";
import type { Session } from "../session.ts";
import { PortGlyph } from "../theme/glyphs.tsx";
import type { PortKind } from "@heddle/schema/type";
import { useInterface, useSession } from "../use-session.ts";

interface Choice {
  readonly key: string;
  readonly group: "On the canvas" | "Disconnect" | "New node";
  readonly title: string;
  readonly port: string;
  readonly kind: PortKind | undefined;
  choose(): void;
}

function choicesFor(session: Session, { port, side, canvas, existing }: FitRequest): Choice[] {
  const wiring = session.wiring();
  const { graph, catalogue } = wiring;
  const titleOf = (id: string) => graph.nodes[id]?.title ?? catalogue.get(graph.nodes[id]?.type ?? "")?.title ?? id;
  const present = existing ? (side === "output" ? openInputs(wiring, port) : openOutputs(wiring, port)) : [];
  const fits = side === "output" ? nodesTaking(wiring, port) : nodesGiving(wiring, port);
  const drawn = edgesOf(graph).filter(({ from, to }) => same(side === "output" ? from : to, port));
  return [
    ...present.map((other): Choice => ({
      key: `${other.node}.${other.port}`,
      group: "On the canvas",
      title: titleOf(other.node),
      port: other.port,
      kind: glyphKind(catalogue.get(graph.nodes[other.node]?.type ?? "")),
      choose: () => (side === "output" ? drawEdge(session, port, other) : drawEdge(session, other, port)),
    })),
    ...(existing ? drawn : []).map(({ id, from, to }): Choice => {
      const other = side === "output" ? to : from;
      return {
        key: `cut ${id}`,
        group: "Disconnect",
        title: titleOf(other.node),
        port: other.port,
        kind: glyphKind(catalogue.get(graph.nodes[other.node]?.type ?? "")),
        choose: () => removeEdge(session, id),
      };
    }),
    ...fits.map((fit): Choice => ({
      key: `new ${fit.type}`,
      group: "New node",
      title: catalogue.get(fit.type)?.title ?? fit.type,
      port: fit.port,
      kind: glyphKind(catalogue.get(fit.type)),
      choose: () => {
        const at = [
          Math.round(canvas.x - (existing ? 0 : side === "output" ? 8 : 208)),
          Math.round(canvas.y - 20),
        ] as const;
        addToGraph(session, fit.type, at, { port, side, own: fit.port });
      },
    })),
  ];
}

function same(left: PortAddress, right: PortAddress): boolean {
  return left.node === right.node && left.port === right.port;
}

function close() {
  interfaceStore.setState({ fit: undefined });
}

export function FitMenu() {
  const request = useInterface((state) => state.fit);
  return request ? <Menu key={`${request.port.node}.${request.port.port}.${request.side}`} request={request} /> : null;
}

function Menu({ request }: { request: FitRequest }) {
  const session = useSession();
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const all = useMemo(() => choicesFor(session, request), [session, request]);
  const found = all.filter(({ title, port }) => `${title} ${port}`.toLowerCase().includes(query.toLowerCase()));

  useEffect(() => {
    const before = document.activeElement;
    input.current?.focus();
    const outside = (event: PointerEvent) => {
      if (event.target instanceof Element && !event.target.closest(".fit-menu")) close();
    };
    document.addEventListener("pointerdown", outside, true);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);

  const { graph, catalogue } = session.wiring();
  const node = graph.nodes[request.port.node];
  const spec = catalogue.get(node?.type ?? "");
  const ports = Object.keys((request.side === "output" ? spec?.outputs : spec?.inputs) ?? {});

  const keys = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const aside = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      const next = Math.min(found.length - 1, Math.max(0, active + by));
      setActive(next);
      list.current?.querySelectorAll("[role=option]")[next]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) {
      event.preventDefault();
      found[active]?.choose();
      close();
    } else if (aside !== undefined && query === "" && request.existing && ports.length > 1) {
      event.preventDefault();
      showPort(request, ports.at((ports.indexOf(request.port.port) + aside) % ports.length));
    } else if (event.key === "Escape") close();
  };

  const left = Math.min(Math.max(8, request.screen.x + 6), window.innerWidth - 276);
  const top = Math.min(Math.max(52, request.screen.y - 14), window.innerHeight - 380);

  return (
    <div className="fit-menu popup" style={{ left, top }} onKeyDown={keys}>
      <PortChoice request={request} ports={ports} />
      <input
        ref={input}
        className="field"
        placeholder={request.side === "output" ? `What takes ${request.port.port}` : `What gives ${request.port.port}`}
        aria-label="Search what fits"
        role="combobox"
        aria-expanded="true"
        aria-controls="fit-list"
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setActive(0);
        }}
      />
      <div id="fit-list" role="listbox" aria-label="What fits" ref={list}>
        {found.map((choice, index) => (
          <div key={choice.key}>
            {choice.group !== found[index - 1]?.group && request.existing && (
              <div className="popup-heading">{choice.group}</div>
            )}
            <div
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              className="option"
              data-active={index === active || undefined}
              onPointerMove={() => setActive(index)}
              onClick={() => {
                choice.choose();
                close();
              }}
            >
              {choice.kind && <PortGlyph kind={choice.kind} />}
              <span className="grow">{choice.title}</span>
              <span className="faint">{choice.port}</span>
            </div>
          </div>
        ))}
        {found.length === 0 && <p className="empty">Nothing fits here.</p>}
      </div>
    </div>
  );
}

function showPort(request: FitRequest, port: string | undefined) {
  if (port !== undefined) interfaceStore.setState({ fit: { ...request, port: { ...request.port, port } } });
}

/** From the keyboard the port is chosen first: left and right between the node's ports, or Tab. */
function PortChoice({ request, ports }: { request: FitRequest; ports: readonly string[] }) {
  if (!request.existing || ports.length < 2) return null;
  return (
    <div className="segments fit-ports" role="radiogroup" aria-label="Port">
      {ports.map((port) => (
        <button
          key={port}
          role="radio"
          aria-checked={port === request.port.port}
          onClick={() => showPort(request, port)}
        >
          {port}
        </button>
      ))}
    </div>
  );
}
