// The type of the port pointed at: its columns or facets, one on a line.
import { printColumn, printFacet } from "@heddle/schema/print";
import type { PortType } from "@heddle/schema/type";
import { inputType } from "../document/specs.ts";
import { count } from "../theme/words.ts";
import { useInterface, useOutputs, useSession } from "../use-session.ts";
import type { InterfaceState } from "../interface-store.ts";

const shownColumns = 8;

export function PortTip() {
  const tip = useInterface((state) => state.tip);
  return tip ? <Tip key={`${tip.port.node}.${tip.port.port}`} tip={tip} /> : null;
}

function Tip({ tip }: { tip: NonNullable<InterfaceState["tip"]> }) {
  const session = useSession();
  const outputs = useOutputs(tip.port.node);
  const { graph, catalogue, outputType } = session.wiring();
  const node = graph.nodes[tip.port.node];
  const spec = catalogue.get(node?.type ?? "");
  if (!node || !spec) return null;
  const made = tip.side === "output" ? outputs[tip.port.port] : undefined;
  const type =
    made?.type ?? (tip.side === "output" ? outputType(tip.port) : inputType(spec, tip.port.port, node.params ?? {}));
  const summary = (tip.side === "output" ? spec.outputs : spec.inputs)[tip.port.port]?.summary;
  if (!type) return null;
  const width = 268;
  const right = tip.side === "output";
  const left = right ? tip.box.right + 8 : tip.box.left - width - 8;
  const inside = left >= 8 && left + width <= window.innerWidth - 8;
  return (
    <div
      className="port-tip"
      role="tooltip"
      style={{
        left: inside ? left : Math.min(Math.max(8, tip.box.left - width / 2), window.innerWidth - width - 8),
        top: inside ? Math.min(tip.box.top - 6, window.innerHeight - 220) : tip.box.bottom + 8,
        width,
      }}
    >
      <div>
        <b>{type.kind}</b> {typeSize(type, made?.rows)}
      </div>
      {summary && <div className="port-tip-summary">{summary}</div>}
      <TypeLines type={type} />
    </div>
  );
}

function typeSize(type: PortType, rows: number | undefined): string {
  if (type.kind !== "rows") return "";
  const columns = `${Object.keys(type.schema.columns).length}${type.schema.open ? "+" : ""}`;
  return rows === undefined ? "" : `${count(rows)} × ${columns}`;
}

function TypeLines({ type }: { type: PortType }) {
  if (type.kind !== "rows") {
    const facets = Object.entries(type.facets ?? {});
    return (
      <div className="mono">
        {facets.map(([name, value]) => (
          <div key={name}>
            {name} {printFacet(value)}
          </div>
        ))}
      </div>
    );
  }
  const columns = Object.entries(type.schema.columns);
  const more = columns.length - shownColumns;
  return (
    <div className="mono">
      {columns.slice(0, shownColumns).map(([name, column]) => (
        <div key={name} className="port-tip-line">
          {name} <span>{printColumn(column)}</span>
        </div>
      ))}
      {more > 0 && <div>and {more} more</div>}
      {type.schema.open && <div>… and columns that are not known yet</div>}
    </div>
  );
}
