// The parameters of one node, generated from its spec: groups, help, what is wrong, what changed since the last run.
import { printColumn } from "@heddle/schema/print";
import type { NodeSpec } from "@heddle/schema/node";
import { useMemo, useState } from "react";
import { setParam, type Json } from "../document/edits.ts";
import { Icon } from "../theme/glyphs.tsx";
import { brief } from "../theme/words.ts";
import { useCompiled, useDocument, useExplanation, useIssues, useSession } from "../use-session.ts";
import { Field } from "./field.tsx";
import { paramGroups, type ParamField, type ParamGroup } from "./param-schema.ts";

export function Params({ id, spec }: { id: string; spec: NodeSpec }) {
  const groups = paramGroups(spec);
  const types = useCompiled((state) => state.inputTypes(id));
  const columns = useMemo(() => {
    const rows = Object.values(types).find((type) => type.kind === "rows");
    const known = rows?.kind === "rows" ? Object.entries(rows.schema.columns) : [];
    return Object.fromEntries(known.map(([name, type]) => [name, printColumn(type)]));
  }, [types]);
  if (groups.length === 0) return <p className="section muted">This node has no parameters.</p>;
  return groups.map((group) => <Group key={group.name} id={id} group={group} columns={columns} />);
}

function Group({ id, group, columns }: { id: string; group: ParamGroup; columns: Readonly<Record<string, string>> }) {
  const folds = group.name === "Advanced";
  const [open, setOpen] = useState(!folds);
  return (
    <section className="section">
      {folds ? (
        <button className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name="chevron" size={12} /> {group.name}
        </button>
      ) : (
        group.name && <h4>{group.name}</h4>
      )}
      {open && group.fields.map((field) => <Param key={field.name} id={id} field={field} columns={columns} />)}
    </section>
  );
}

/** Controls that need the whole width stand under their label. */
function isWide({ schema }: ParamField): boolean {
  if (schema.widget === "cel" || schema.widget === "text" || schema.widget === "code") return true;
  return schema.type === "object" || schema.items?.type === "object" || schema.items?.widget === "text";
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function Param({ id, field, columns }: { id: string; field: ParamField; columns: Readonly<Record<string, string>> }) {
  const { document } = useSession();
  const { name, label, schema } = field;
  const value = useDocument((state) => state.graph.nodes[id]?.params?.[name]);
  const issues = useIssues(id).filter((one) => one.path?.[0] === "params" && one.path[1] === name);
  const rows = schema.type === "object" || schema.type === "array";
  // What is wrong with one row is said at that row.
  const faults = rows
    ? issues.flatMap(({ path = [], message }) =>
        path.length > 2 ? [{ path: path.slice(2), message: message.replace(`node ${id}: `, "") }] : [],
      )
    : [];
  const issue = issues.find(({ path = [] }) => !rows || path.length === 2);
  const before = useExplanation(id)?.changes.find((change) => change.what === "param" && change.name === name);
  const control = `param-${name}`;
  const set = (next: Json | undefined) =>
    document.edit(
      (graph) => setParam(graph, id, name, same(next, schema.default) ? undefined : next),
      `param ${id} ${name}`,
    );
  return (
    <div className="param" data-wide={isWide(field) || undefined}>
      <label htmlFor={control} title={schema.description}>
        {label}
      </label>
      <div>
        <Field
          id={control}
          label={label}
          schema={schema}
          value={value}
          changed={before !== undefined}
          invalid={issue !== undefined}
          describedBy={`${control}-help`}
          faults={faults}
          columns={columns}
          set={set}
        />
        <div id={`${control}-help`} className="param-help">
          {issue && <p className="field-error">{problem(issue.message, id)}</p>}
          {before && <p>was {before.before === null ? "not set" : brief(before.before)} in the last run</p>}
          {schema.description && !issue && !before && <p className="param-about">{schema.description}</p>}
        </div>
      </div>
    </div>
  );
}

function problem(message: string, id: string): string {
  const own = message.replace(`node ${id}: `, "");
  return own.charAt(0).toUpperCase() + own.slice(1);
}
