// A node: glyph, title, state in words; ports with counts; its look; progress along the bottom edge. Its own subscriptions only.
import type { Node, NodeProps } from "@xyflow/react";
import type { NodeSpec } from "@heddle/schema/node";
import type { PortKind, PortType } from "@heddle/schema/type";
import { memo } from "react";
import { useShallow } from "zustand/react/shallow";
import { takenPorts } from "../document/edges.ts";
import { glyphKind, inputType } from "../document/specs.ts";
import { statusWords, type NodeStatus } from "../run/status.ts";
import { Icon, PortGlyph } from "../theme/glyphs.tsx";
import { count, duration } from "../theme/words.ts";
import { useCompiled, useDocument, useNodeStatus, useOutlook, useOutputs, useSession } from "../use-session.ts";
import { LookFrame } from "./look-frame.tsx";
import { NodeLook } from "./node-look.tsx";
import { NodeMessage } from "./node-message.tsx";
import { Port } from "./port.tsx";

/** A step of the graph, or a note or dot beside it. */
export type FlowNode = Node<Record<string, never>, "step" | "note" | "dot">;

export const StepNode = memo(function StepNode({ id, selected }: NodeProps<FlowNode>) {
  const { catalogue } = useSession();
  const type = useDocument((state) => state.graph.nodes[id]?.type ?? "");
  const title = useDocument((state) => state.graph.nodes[id]?.title);
  const note = useDocument((state) => state.graph.nodes[id]?.note);
  const spec = catalogue.get(type);
  const status = useNodeStatus(id);
  const kind = glyphKind(spec);
  const shown = title ?? spec?.title ?? type;
  const words = statusWords(status, duration);
  return (
    <section
      className="node"
      data-state={status.kind}
      data-selected={selected || undefined}
      aria-label={`${shown}, ${words || "not run yet"}`}
    >
      <div className="node-head">
        {kind ? <PortGlyph kind={kind} /> : <span className="unknown-glyph">?</span>}
        <b title={shown}>{shown}</b>
        <StatusMark status={status} words={words} />
      </div>
      {spec && <Ports id={id} spec={spec} />}
      <NodeMessage id={id} status={status} />
      {spec && (
        <LookFrame id={id}>
          <NodeLook id={id} spec={spec} status={status} />
        </LookFrame>
      )}
      {note && <p className="node-note">{note}</p>}
      {status.kind === "running" && <ProgressBar status={status} />}
    </section>
  );
});

function StatusMark({ status, words }: { status: NodeStatus; words: string }) {
  return (
    <span className="node-state">
      {status.kind === "cached" && <Icon name="weave" size={12} />}
      {status.kind === "done" && <Icon name="check" size={12} />}
      <span>{words}</span>
    </span>
  );
}

function ProgressBar({ status }: { status: Extract<NodeStatus, { kind: "running" }> }) {
  const { progress } = status;
  const share = progress?.total ? Math.min(1, progress.done / progress.total) : undefined;
  return (
    <div
      className="node-progress"
      role="progressbar"
      aria-label="Progress"
      aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
      data-unknown={share === undefined || undefined}
    >
      <i style={share === undefined ? undefined : { width: `${share * 100}%` }} />
    </div>
  );
}

/** Kinds of a node's ports, read from its spec; an input's kind may depend on the params. */
function inputKind(spec: NodeSpec, port: string, params: Readonly<Record<string, unknown>>): PortKind {
  return inputType(spec, port, params)?.kind ?? "rows";
}

function Ports({ id, spec }: { id: string; spec: NodeSpec }) {
  const params = useDocument((state) => state.graph.nodes[id]?.params);
  const wiredIn = useDocument(useShallow((state) => Object.keys(state.graph.nodes[id]?.in ?? {})));
  const wiredOut = useDocument(useShallow((state) => [...(takenPorts(state.graph, id) ?? [])]));
  const made = useOutputs(id);
  const known = useOutlook((state) => state.facts[id]?.rows);
  const inputs = Object.entries(spec.inputs);
  const outputs = Object.entries(spec.outputs);
  const rows = Array.from({ length: Math.max(inputs.length, outputs.length) }, (_, row) => row);
  return (
    <div className="ports">
      {rows.map((row) => {
        const [input, inputSpec] = inputs[row] ?? [];
        const [output, outputSpec] = outputs[row] ?? [];
        const rowsMade =
          output === undefined ? undefined : (made[output]?.rows ?? (outputs.length === 1 ? known : undefined));
        return (
          <div key={row}>
            <div className="port input">
              {input !== undefined && (
                <Port
                  node={id}
                  port={input}
                  side="input"
                  kind={inputKind(spec, input, params ?? {})}
                  connected={wiredIn.includes(input)}
                  optional={inputSpec?.optional}
                />
              )}
            </div>
            <div className="port output">
              {output !== undefined && outputSpec && (
                <Port
                  node={id}
                  port={output}
                  side="output"
                  kind={outputSpec.type.kind}
                  connected={wiredOut.includes(output)}
                >
                  {rowsMade !== undefined && <span className="port-count">{count(rowsMade)}</span>}
                  <FacetWord id={id} port={output} made={made[output]?.type} />
                </Port>
              )}
            </div>
          </div>
        );
      })}
    </div>
  );
}

/** One word that tells this value from others of its kind: a model's architecture, an adapter's nothing. */
function FacetWord({ id, port, made }: { id: string; port: string; made: PortType | undefined }) {
  const inferred = useCompiled((state) => state.outputType(id, port));
  const type = made ?? inferred;
  if (!type || type.kind === "rows") return null;
  const word = type.facets?.["format"] === "gguf" ? "GGUF" : type.facets?.["architecture"];
  return word === undefined ? null : <span className="port-count">{word}</span>;
}
