// What is wrong, on the node itself: in bold what, one sentence why, and a way to mend it.
import { useReactFlow } from "@xyflow/react";
import type { Issue } from "@heddle/schema/issue";
import { disconnect } from "../document/edits.ts";
import { address, sources } from "../document/edges.ts";
import { run } from "../frame/commands.ts";
import { interfaceStore } from "../interface-store.ts";
import type { NodeStatus } from "../run/status.ts";
import { usePreview, useSession } from "../use-session.ts";
import { openFit } from "./open-fit.ts";

/** `type-mismatch` → "Type mismatch". */
function headline(code: string): string {
  const words = code.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(start) ? start : `${start}.`;
}

/** "node filter: where is missing" → "where is missing": on the node its own name need not be said. */
function withoutOwnName(message: string, id: string): string {
  return message.startsWith(`node ${id}: `) ? message.slice(id.length + 7) : message;
}

/** Opens the inspector at a parameter, and what is folded away where it is there. */
export function showParameter(name: string): void {
  interfaceStore.setState({ inspector: true });
  requestAnimationFrame(() => {
    if (!document.getElementById(`param-${name}`))
      document.querySelector<HTMLElement>(".inspector .fold[aria-expanded=false]")?.click();
    requestAnimationFrame(() => goTo(name));
  });
}

function goTo(name: string): void {
  const field = document.getElementById(`param-${name}`);
  field?.scrollIntoView({ block: "center" });
  const own = field?.matches("input, textarea, button")
    ? field
    : field?.querySelector<HTMLElement>("input, textarea, button, .cm-content");
  own?.focus();
}

export function NodeMessage({ id, status }: { id: string; status: NodeStatus }) {
  const session = useSession();
  if (status.kind === "failed") {
    return (
      <div className="message node-message nodrag">
        <b>Failed.</b> <span className="clamp">{sentence(status.error)}</span>
        <button className="link" onClick={() => run(session, [id])}>
          Try again
        </button>
      </div>
    );
  }
  if (status.kind === "skipped") {
    return <p className="node-aside">Skipped, because {status.because ?? "a node above it"} did not finish.</p>;
  }
  if (status.kind !== "issue") return <PreviewMessage id={id} status={status} />;
  const [first, ...others] = status.issues;
  if (!first) return null;
  return (
    <div className="message node-message nodrag">
      <b>{headline(first.code)}.</b> <span className="clamp">{sentence(withoutOwnName(first.message, id))}</span>
      {others.length > 0 && <span className="muted"> And {others.length} more.</span>}
      <IssueFix id={id} issue={first} />
    </div>
  );
}

/** Why a node has no preview, quietly: a run would say it aloud. */
function PreviewMessage({ id, status }: { id: string; status: NodeStatus }) {
  const { previews } = useSession();
  const preview = usePreview(id);
  const isSettled = status.kind === "unknown" || status.kind === "ready";
  if (status.kind === "previewing") {
    return (
      <p className="node-aside nodrag">
        <button className="link" onClick={() => previews.leave(id)}>
          Stop
        </button>
      </p>
    );
  }
  if (preview === undefined || !isSettled) return null;
  if (preview.state === "failed") {
    return (
      <p className="node-aside node-preview-fault">
        <b>Preview.</b> <span className="clamp">{sentence(preview.sentence ?? "it failed without a word")}</span>
      </p>
    );
  }
  if (preview.state !== "asked") return null;
  return (
    <p className="node-aside nodrag">
      <button className="link" onClick={() => previews.ask(id)}>
        Try it here on the sample
      </button>
    </p>
  );
}

/** The edit that would most likely mend the issue. */
export function IssueFix({ id, issue }: { id: string; issue: Issue }) {
  const session = useSession();
  const flow = useReactFlow();
  const { port, path } = issue;
  const param = path?.[0] === "params" ? path[1] : undefined;
  if (param !== undefined) {
    return (
      <button
        className="link"
        onClick={() => {
          session.document.select([id]);
          showParameter(String(param));
        }}
      >
        Set this parameter
      </button>
    );
  }
  if (port === undefined) return null;
  const taken = sources(session.document.getState().graph.nodes[id]?.in?.[port]);
  if (taken.length === 0) {
    return (
      <button className="link" onClick={() => openFit(session, flow, id, "input", port)}>
        Choose what to connect
      </button>
    );
  }
  return (
    <button
      className="link"
      onClick={() =>
        session.document.edit((graph) =>
          taken.reduce((before, from) => disconnect(before, address(from), { node: id, port }), graph),
        )
      }
    >
      Remove this edge
    </button>
  );
}
