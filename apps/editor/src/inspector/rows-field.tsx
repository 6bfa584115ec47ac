// Lists of things and records as rows: add, remove, put in order. A row's grip is dragged, or moved by the arrow keys.
import { useState, type ComponentType, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";
import type { Json } from "../document/edits.ts";
import { Icon } from "../theme/glyphs.tsx";
import { entriesOf, movedTo, recordOf, repeated, type Entry } from "./entries.ts";
import type { FieldProps } from "./field.tsx";
import { blankValue, type ParamSchema } from "./param-schema.ts";

function focusGrip(list: Element | null, index: number): void {
  requestAnimationFrame(() =>
    list?.querySelectorAll<HTMLElement>(":scope > li > .row-line > .row-grip")[index]?.focus(),
  );
}

interface RowsProps {
  readonly id: string;
  readonly label: string;
  readonly count: number;
  /** What one row is called: "Add a field". */
  readonly noun: string;
  add(): void;
  remove(index: number): void;
  move(from: number, to: number): void;
  /** Its head stands beside the grip; the rest below. */
  renderRow(index: number): { readonly head: ReactNode; readonly rest?: ReactNode };
}

function Rows({ id, label, count, noun, add, remove, move, renderRow }: RowsProps) {
  return (
    <div id={id} role="group" aria-label={label} className="rows-field">
      <ol>
        {Array.from({ length: count }, (_, index) => {
          const { head, rest } = renderRow(index);
          return (
            <li key={index}>
              <div className="row-line">
                <button
                  className="row-grip"
                  aria-label={`${noun} ${index + 1}: drag, or move with the arrow keys`}
                  title="Drag to put in order"
                  {...gripHandlers(index, count, move)}
                />
                {head}
                <button
                  className="button icon row-remove"
                  aria-label={`Remove ${noun} ${index + 1}`}
                  title="Remove"
                  onClick={() => remove(index)}
                >
                  <Icon name="cross" size={12} />
                </button>
              </div>
              {rest && <div className="row-rest">{rest}</div>}
            </li>
          );
        })}
      </ol>
      <button className="button small" onClick={add}>
        <Icon name="plus" size={12} /> Add {noun}
      </button>
    </div>
  );
}

function gripHandlers(index: number, count: number, move: (from: number, to: number) => void) {
  const to = (element: Element, next: number) => {
    if (next === index || next < 0 || next >= count) return;
    move(index, next);
    focusGrip(element.closest("ol"), next);
  };
  return {
    onKeyDown(event: KeyboardEvent<HTMLElement>) {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      to(event.currentTarget, index + by);
    },
    onPointerDown(event: PointerEvent<HTMLElement>) {
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerUp(event: PointerEvent<HTMLElement>) {
      const rows = [...(event.currentTarget.closest("ol")?.children ?? [])];
      const over = rows.findIndex((row) => event.clientY < row.getBoundingClientRect().bottom);
      to(event.currentTarget, over < 0 ? rows.length - 1 : over);
    },
  };
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

interface PartedProps extends FieldProps {
  /** Draws the field of a part, of whatever schema it has. */
  readonly part: ComponentType<FieldProps>;
}

/** A record: names with values. Rows that have no name yet are kept here until they have. */
export function RecordField({ part: Part, ...props }: PartedProps) {
  const { schema, set, columns, faults } = props;
  const now = props.value === undefined ? schema.default : props.value;
  const [draft, setDraft] = useState<readonly Entry[]>([]);
  // As long as what is written here means what the document has; else the document was changed elsewhere (undo).
  const entries = same(recordOf(draft), recordOf(entriesOf(now))) ? draft : entriesOf(now);
  const inner = valueSchema(schema);
  const put = (next: readonly Entry[]) => {
    setDraft(next);
    const record = recordOf(next);
    if (!same(record, recordOf(entriesOf(now)))) set(record);
  };
  const change = (index: number, entry: Entry) => put(entries.with(index, entry));
  const names = `${props.id}-names`;
  const below = inner.widget === "cel" || inner.type !== "string";
  const valueField = (index: number) => (
    <Part
      {...props}
      id={`${props.id}-${index}`}
      label={`Value of ${entries[index]?.[0] || "the new row"}`}
      schema={inner}
      value={entries[index]?.[1]}
      invalid={faultOf(faults, entries[index]?.[0]) !== undefined}
      changed={false}
      faults={[]}
      set={(value) => change(index, [entries[index]?.[0] ?? "", value ?? ""])}
    />
  );
  return (
    <>
      {schema.keys === "column" && (
        <datalist id={names}>
          {Object.entries(columns).map(([name, type]) => (
            <option key={name} value={name} label={type} />
          ))}
        </datalist>
      )}
      <Rows
        id={props.id}
        label={props.label}
        count={entries.length}
        noun={schema.noun ?? singular(props.label)}
        add={() => put([...entries, ["", blankValue(inner)]])}
        remove={(index) => put(entries.toSpliced(index, 1))}
        move={(from, to) => put(movedTo(entries, from, to))}
        renderRow={(index) => {
          const [key = ""] = entries[index] ?? [];
          const wrong = repeated(entries, index) ? "This name is there already." : faultOf(faults, key);
          return {
            head: (
              <>
                <input
                  className="field row-key"
                  aria-label={`Name ${index + 1}`}
                  aria-invalid={wrong !== undefined}
                  autoComplete="off"
                  placeholder={schema.key_placeholder ?? "name"}
                  value={key}
                  list={schema.keys === "column" ? names : undefined}
                  onChange={(event) => change(index, [event.target.value, entries[index]?.[1] ?? ""])}
                />
                {!below && (
                  <>
                    <span className="faint" aria-hidden="true">
                      {schema.keys === "column" ? "→" : "="}
                    </span>
                    {valueField(index)}
                  </>
                )}
              </>
            ),
            rest: (below || wrong) && (
              <>
                {below && valueField(index)}
                {wrong && <span className="field-error">{wrong}</span>}
              </>
            ),
          };
        }}
      />
    </>
  );
}

/** The schema of a record's values; a widget that the record names is that of its values. */
function valueSchema({ additionalProperties, widget, placeholder }: ParamSchema): ParamSchema {
  const values = typeof additionalProperties === "object" ? additionalProperties : {};
  return { ...values, ...(widget && { widget }), ...(placeholder && { placeholder }) };
}

/** What is wrong with the row of this name, said without naming it again. A name may hold dots itself. */
function faultOf(faults: FieldProps["faults"], key: string | number | undefined): string | undefined {
  const message =
    key === undefined ? undefined : faults.find(({ path }) => `${path.join(".")}.`.startsWith(`${key}.`))?.message;
  const own = message?.startsWith(`${key}: `) ? message.slice(`${key}: `.length) : message;
  return own && own.charAt(0).toUpperCase() + own.slice(1);
}

/** A list of objects or of long texts, one after another. */
export function ItemsField({ part: Part, ...props }: PartedProps) {
  const { schema, set, faults } = props;
  const now = props.value === undefined ? schema.default : props.value;
  const items: readonly Json[] = Array.isArray(now) ? now : [];
  const inner = schema.items ?? {};
  const noun = schema.noun ?? singular(props.label);
  return (
    <Rows
      id={props.id}
      label={props.label}
      count={items.length}
      noun={noun}
      add={() => set([...items, newItem(inner)])}
      remove={(index) => set(items.toSpliced(index, 1))}
      move={(from, to) => set(movedTo(items, from, to))}
      renderRow={(index) => {
        const wrong = faultOf(faults, index);
        return {
          head: <b className="row-title">{titleOf(items[index], noun, index)}</b>,
          rest: (
            <>
              <Part
                {...props}
                id={`${props.id}-${index}`}
                label={`${noun} ${index + 1}`}
                schema={inner}
                value={items[index]}
                changed={false}
                invalid={wrong !== undefined}
                faults={faults
                  .filter(({ path }) => path[0] === index)
                  .map((one) => ({ ...one, path: one.path.slice(1) }))}
                set={(value) => set(items.with(index, value ?? blankValue(inner)))}
              />
              {wrong && <span className="field-error">{wrong}</span>}
            </>
          ),
        };
      }}
    />
  );
}

/** An item begins with what it cannot do without. */
function newItem(schema: ParamSchema): Json {
  if (schema.type !== "object") return blankValue(schema);
  const missing = (schema.required ?? []).flatMap((name) => {
    const part = schema.properties?.[name];
    return part && part.default === undefined ? [[name, blankValue(part)] as const] : [];
  });
  return Object.fromEntries(missing);
}

/** By its name where it has one. */
function titleOf(item: Json | undefined, noun: string, index: number): string {
  const name = typeof item === "object" && item !== null && !Array.isArray(item) ? item["name"] : undefined;
  return typeof name === "string" && name !== ""
    ? name
    : `${noun.charAt(0).toUpperCase()}${noun.slice(1)} ${index + 1}`;
}

/** "Fields" → "field", "Few-shot examples" → "example". */
function singular(label: string): string {
  const word = label.toLowerCase().split(" ").at(-1) ?? "row";
  return word.replace(/ies$/, "y").replace(/s$/, "");
}
