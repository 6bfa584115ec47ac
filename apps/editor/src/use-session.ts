// React's way into the open graph's stores: one hook per store, each with a selector, so that an event re-renders what it touches.
import type { ArtifactSummary } from "@heddle/schema/artifact";
import type { Explanation } from "@heddle/schema/api";
import type { Issue } from "@heddle/schema/issue";
import { createContext, use, useMemo } from "react";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import type { Compiled } from "./document/compiled.ts";
import type { DocumentState } from "./document/document-store.ts";
import { interfaceStore, type InterfaceState } from "./interface-store.ts";
import type { Outlook } from "./run/outlook.ts";
import { isLive, type NodeRun, type RunFollowed } from "./run/run-store.ts";
import { statusOf, type NodeStatus } from "./run/status.ts";
import type { NodePreview } from "./preview/protocol.ts";
import type { Session } from "./session.ts";

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error("useSession: no graph is open here");
  return session;
}

export function useDocument<T>(select: (state: DocumentState) => T): T {
  return useStore(useSession().document, select);
}
/** The selected node, where it is one and alone. */
export function useOnlyNode(): string | undefined {
  return useDocument(({ selected, graph }) => {
    const [only] = selected;
    return only !== undefined && selected.size === 1 && graph.nodes[only] ? only : undefined;
  });
}
export function useCompiled<T>(select: (state: Compiled) => T): T {
  return useStore(useSession().compiled, select);
}
export function useOutlook<T>(select: (state: Outlook) => T): T {
  return useStore(useSession().outlook, select);
}
export function useRun<T>(select: (state: RunFollowed) => T): T {
  return useStore(useSession().run, select);
}
export function useInterface<T>(select: (state: InterfaceState) => T): T {
  return useStore(interfaceStore, select);
}

const noIssues: readonly Issue[] = [];

/** The forecast for a node, while it is about the node as it is now. */
export function useExplanation(id: string): Explanation | undefined {
  const signature = useCompiled((state) => state.signatures[id]);
  return useOutlook((state) => (state.signatures[id] === signature ? state.steps[id] : undefined));
}

const noHosts: readonly string[] = [];

/** Hosts that a node talks to, while that is known of the node as it is now. */
export function useHosts(id: string | undefined): readonly string[] {
  const signature = useCompiled((state) => state.signatures[id ?? ""]);
  return useOutlook(
    useShallow(({ signatures, reach }) =>
      id === undefined || signatures[id] !== signature
        ? noHosts
        : reach.hosts.filter(({ nodes }) => nodes.includes(id)).map(({ host }) => host),
    ),
  );
}

/** Issues of one node: the compiler's, and the server's while they are about the node as it is now. */
export function useIssues(id: string): readonly Issue[] {
  const signature = useCompiled((state) => state.signatures[id]);
  const compiled = useCompiled((state) => state.byNode.get(id) ?? noIssues);
  const served = useOutlook(
    useShallow((state) =>
      state.signatures[id] === signature ? state.issues.filter((issue) => issue.node === id) : noIssues,
    ),
  );
  return useMemo(() => {
    const said = new Set(compiled.map((issue) => issue.code + (issue.port ?? "")));
    const more = served.filter((issue) => !said.has(issue.code + (issue.port ?? "")));
    return more.length > 0 ? [...compiled, ...more] : compiled;
  }, [compiled, served]);
}

/** The node's preview, while it is one of the node as it is now, or the edit was just made. */
export function usePreview(id: string): NodePreview | undefined {
  const signature = useCompiled((state) => state.signatures[id]);
  return useStore(useSession().previews.store, ({ nodes, held }) => {
    const preview = nodes[id];
    return held || preview?.signature === signature ? preview : undefined;
  });
}

/** What the followed run says about a node, if the node still is what ran. */
export function useNodeRun(id: string): { run: NodeRun | undefined; live: boolean; current: boolean } {
  const signature = useCompiled((state) => state.signatures[id]);
  const run = useRun((state) => state.nodes[id]);
  const live = useRun((state) => isLive(state.state));
  const current = useRun((state) => signature !== undefined && state.signatures[id] === signature);
  return { run, live, current };
}

export function useNodeStatus(id: string): NodeStatus {
  const issues = useIssues(id);
  const explanation = useExplanation(id);
  const { run, live, current } = useNodeRun(id);
  const preview = usePreview(id);
  return useMemo(
    () => statusOf({ issues, explanation, run, live, current, preview }),
    [issues, explanation, run, live, current, preview],
  );
}

/** What to show as live: the followed run, else a preview that is under way or was. */
export function useLive(id: string): NodeRun | NodePreview | undefined {
  const { run, live, current } = useNodeRun(id);
  const preview = usePreview(id);
  if (run && (live || current)) return run;
  return preview && Object.keys(preview.metrics).length > 0 ? preview : run;
}

const noOutputs: Readonly<Record<string, ArtifactSummary>> = {};

/** The node's newest results that still hold: of the run, else those the cache has, else those of a sample. */
export function useOutputs(id: string): Readonly<Record<string, ArtifactSummary>> {
  const { run, live, current } = useNodeRun(id);
  const explanation = useExplanation(id);
  const preview = usePreview(id);
  if (run && (live || current) && Object.keys(run.outputs).length > 0) return run.outputs;
  return explanation?.outputs ?? preview?.outputs ?? noOutputs;
}
