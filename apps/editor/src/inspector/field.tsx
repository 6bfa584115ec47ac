// One form control, chosen by a parameter's JSON Schema. A value equal to the default leaves the document.
import { Switch } from "@base-ui/react/switch";
import { lazy, Suspense, useId, useState } from "react";
import type { Json } from "../document/edits.ts";
import { brief, plain } from "../theme/words.ts";
import { ChoiceField } from "./choice-field.tsx";
import { LongText } from "./long-text.tsx";
import { blankValue, labelOf, unwrapped, type ParamSchema } from "./param-schema.ts";
import { PathField } from "./path-field.tsx";
import { ItemsField, RecordField } from "./rows-field.tsx";
import { SecretField } from "./secret-field.tsx";

const CelField = lazy(() => import("./cel-field.tsx"));

export interface FieldProps {
  readonly id: string;
  readonly label: string;
  readonly schema: ParamSchema;
  /** As the document has it; undefined: the default holds. */
  readonly value: unknown;
  readonly changed: boolean;
  readonly invalid: boolean;
  readonly describedBy: string;
  /** What is wrong with parts of the value, by their path in it. */
  readonly faults: readonly { readonly path: readonly (string | number)[]; readonly message: string }[];
  /** Columns an expression may name, with their types. */
  readonly columns: Readonly<Record<string, string>>;
  set(value: Json | undefined): void;
}

export function Field(props: FieldProps) {
  const { schema, nullable } = unwrapped(props.schema);
  const inner = { ...props, schema };
  if (schema.widget === "secret") return <SecretField {...inner} />;
  if (schema.enum) return <ChoiceField {...inner} nullable={nullable} options={schema.enum} />;
  if (schema.anyOf ?? schema.oneOf) return <UnionField {...inner} />;
  switch (schema.type) {
    case "boolean":
      return <BooleanField {...inner} />;
    case "integer":
    case "number":
      return <NumberField {...inner} nullable={nullable} />;
    case "array":
      return <ListField {...inner} />;
    case "string":
      if (schema.widget === "cel") {
        return (
          <Suspense fallback={<div className="field" />}>
            <CelField {...inner} />
          </Suspense>
        );
      }
      return <TextField {...inner} nullable={nullable} />;
    case "object":
      if (schema.properties) return <ObjectField {...inner} />;
      return typeof schema.additionalProperties === "object" ? (
        <RecordField {...inner} part={Field} />
      ) : (
        <JsonField {...inner} />
      );
    default:
      return <AnyField {...inner} />;
  }
}

function current({ value, schema }: FieldProps): unknown {
  return value === undefined ? schema.default : value;
}

function attributes({ id, changed, invalid, describedBy }: FieldProps) {
  return { id, "data-changed": changed || undefined, "aria-invalid": invalid, "aria-describedby": describedBy };
}

function BooleanField(props: FieldProps) {
  return (
    <Switch.Root
      id={props.id}
      className="switch"
      aria-label={props.label}
      aria-describedby={props.describedBy}
      checked={current(props) === true}
      onCheckedChange={(checked) => props.set(checked)}
    >
      <Switch.Thumb />
    </Switch.Root>
  );
}

function NumberField(props: FieldProps & { nullable: boolean }) {
  const { schema, nullable, set } = props;
  const now = current(props);
  const written = typeof now === "number" ? plain(now) : "";
  const [draft, setDraft] = useState<string>();
  const whole = schema.type === "integer";
  const wrong = draft !== undefined && draft.trim() !== "" && !readNumber(draft, whole);

  const type = (text: string) => {
    setDraft(text);
    if (text.trim() === "") set(nullable && schema.default !== null ? null : undefined);
    const number = readNumber(text, whole);
    if (number) set(number.value);
  };
  const step = (by: number) => {
    if (typeof now !== "number") return;
    // A small number moves by a tenth of its size, a whole one by one.
    const size = whole ? 1 : 10 ** Math.floor(Math.log10(Math.abs(now) || 1) - (Math.abs(now) >= 1 ? 1 : 0));
    setDraft(undefined);
    set(Number((now + by * size).toPrecision(12)));
  };
  return (
    <>
      <span className="with-unit">
        <input
          {...attributes(props)}
          aria-invalid={props.invalid || wrong}
          className="field"
          inputMode="decimal"
          autoComplete="off"
          placeholder={nullable || schema.default === undefined ? "not set" : undefined}
          value={draft ?? written}
          onChange={(event) => type(event.target.value)}
          onBlur={() => setDraft(undefined)}
          onKeyDown={(event) => {
            if (event.key === "ArrowUp" || event.key === "ArrowDown") {
              event.preventDefault();
              step((event.key === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1));
            }
          }}
        />
        {schema.unit && <span className="unit">{schema.unit}</span>}
      </span>
      {wrong && (
        <span className="field-error">
          This takes a {whole ? "whole number" : "number"}, such as {whole ? "8" : "2e-4"}.
        </span>
      )}
    </>
  );
}

function readNumber(text: string, whole: boolean): { value: number } | undefined {
  const tidy = text.trim().replaceAll(/[\s_,](?=\d{3}\b)/g, "");
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(tidy)) return undefined;
  const value = Number(tidy);
  return whole && !Number.isInteger(value) ? undefined : { value };
}

function TextField(props: FieldProps & { nullable: boolean }) {
  const { schema, set, nullable } = props;
  const now = current(props);
  const shared = {
    ...attributes(props),
    value: typeof now === "string" ? now : "",
    placeholder:
      schema.placeholder ??
      (nullable ? "not set" : schema.widget === "path" || schema.path ? "a file or folder" : undefined),
    spellCheck: schema.widget === "text",
    onChange: (event: { target: { value: string } }) => {
      const text = event.target.value;
      set(
        text === "" && (nullable || schema.default === undefined)
          ? nullable && schema.default !== null
            ? null
            : undefined
          : text,
      );
    },
  };
  if (schema.widget === "text" || schema.widget === "code") {
    return <LongText label={props.label} code={schema.widget === "code"} field={shared} />;
  }
  if (schema.widget === "path" || schema.path) {
    return (
      <PathField label={props.label} many={schema.many === true} set={set}>
        <input {...shared} className="field mono" autoComplete="off" />
      </PathField>
    );
  }
  return (
    <span className="with-unit">
      <input {...shared} className="field" autoComplete="off" />
      {schema.unit && <span className="unit">{schema.unit}</span>}
    </span>
  );
}

/** Lists of choices as marks to switch; of texts or numbers, one after another with commas; of anything else as JSON. */
function ListField(props: FieldProps) {
  const { schema, set } = props;
  const now = current(props);
  const items: readonly unknown[] = Array.isArray(now) ? now : [];
  const [draft, setDraft] = useState<string>();
  const choices = schema.items?.enum;
  if (choices) {
    return (
      <div className="chips" role="group" aria-label={props.label} id={props.id}>
        {choices.map((choice) => {
          const on = items.includes(choice);
          return (
            <button
              key={String(choice)}
              className="chip"
              aria-pressed={on}
              onClick={() => set(choices.filter((other) => (other === choice ? !on : items.includes(other))))}
            >
              {String(choice)}
            </button>
          );
        })}
      </div>
    );
  }
  const kind = schema.items?.type;
  if (kind === "object" || schema.items?.widget === "text") return <ItemsField {...props} part={Field} />;
  // Sentences, which may hold commas.
  if (schema.widget === "text" && schema.items) {
    const sentences = { ...schema, items: { ...schema.items, widget: "text" } };
    return <ItemsField {...props} schema={sentences} part={Field} />;
  }
  if (kind !== "string" && kind !== "number" && kind !== "integer") return <JsonField {...props} />;
  return (
    <input
      {...attributes(props)}
      className="field"
      autoComplete="off"
      placeholder={kind === "string" ? "one, two" : "1, 2"}
      value={draft ?? items.map((item) => brief(item, 200)).join(", ")}
      onBlur={() => setDraft(undefined)}
      onChange={(event) => {
        const text = event.target.value;
        setDraft(text);
        const parts = text
          .split(",")
          .map((part) => part.trim())
          .filter((part) => part !== "");
        if (kind === "string") set(parts);
        else if (parts.every((part) => Number.isFinite(Number(part)))) set(parts.map(Number));
      }}
    />
  );
}

/** One of several forms: which, and then its own control. */
function UnionField(props: FieldProps) {
  const { schema, set } = props;
  const variants = schema.anyOf ?? schema.oneOf ?? [];
  const now = current(props);
  const index = Math.max(
    0,
    variants.findIndex((variant) => fits(variant, now)),
  );
  const chosen = variants[index];
  const words = variants.map(
    (variant) =>
      variant.label ??
      (variant.const === undefined ? (variant.description ?? variantWord(variant)) : String(variant.const)),
  );
  const choose = (next: number) => {
    const variant = variants[next];
    if (variant) set(blankValue(variant));
  };
  return (
    <div className="union">
      <ChoiceField
        {...props}
        nullable={false}
        options={words}
        value={words[index]}
        set={(word) => choose(words.indexOf(String(word)))}
      />
      {chosen && chosen.const === undefined && chosen.type !== "null" && (
        <Field {...props} schema={chosen} id={`${props.id}-value`} />
      )}
    </div>
  );
}

function variantWord(schema: ParamSchema): string {
  const words: Readonly<Record<string, string>> = {
    array: "Chosen",
    string: "Text",
    number: "Number",
    integer: "Number",
    object: "Custom",
    boolean: "Switch",
    null: "None",
  };
  return words[String(schema.type)] ?? "Other";
}

function fits(schema: ParamSchema, value: unknown): boolean {
  if (schema.const !== undefined) return schema.const === value;
  if (schema.enum) return schema.enum.some((choice) => choice === value);
  if (schema.type === "array") return Array.isArray(value);
  if (schema.type === "integer") return typeof value === "number";
  if (schema.type === "null") return value === null;
  if (schema.type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === schema.type;
}

function ObjectField(props: FieldProps) {
  const { schema, set, id } = props;
  const now = current(props);
  const values: Record<string, Json> =
    typeof now === "object" && now !== null ? { ...(now as Record<string, Json>) } : {};
  const group = useId();
  return (
    <fieldset className="object-field" id={id} aria-label={props.label}>
      {Object.entries(schema.properties ?? {}).map(([name, part]) => (
        <div key={name} className="param">
          <label htmlFor={`${group}-${name}`}>{part.label ?? labelOf(name)}</label>
          <div>
            <Field
              {...props}
              id={`${group}-${name}`}
              label={part.label ?? labelOf(name)}
              schema={part}
              value={values[name]}
              set={(value) => {
                const { [name]: _, ...others } = values;
                set(value === undefined ? others : { ...values, [name]: value });
              }}
            />
          </div>
        </div>
      ))}
    </fieldset>
  );
}

/** Any value: what reads as JSON is that, everything else is the text it is. */
function AnyField(props: FieldProps) {
  const now = current(props);
  const [draft, setDraft] = useState<string>();
  const isText = typeof now === "string" && parsed(now) === undefined;
  const written = now === undefined ? "" : isText ? now : JSON.stringify(now);
  return (
    <textarea
      {...attributes(props)}
      aria-label={props.label}
      className="field any-field"
      rows={1}
      value={draft ?? written}
      onBlur={() => setDraft(undefined)}
      onChange={(event) => {
        const text = event.target.value;
        setDraft(text);
        props.set(parsed(text)?.json ?? text);
      }}
    />
  );
}

function JsonField(props: FieldProps) {
  const now = current(props);
  const [draft, setDraft] = useState<string>();
  const wrong = draft !== undefined && draft.trim() !== "" && parsed(draft) === undefined;
  return (
    <>
      <textarea
        {...attributes(props)}
        aria-invalid={props.invalid || wrong}
        className="field mono"
        rows={3}
        spellCheck={false}
        value={draft ?? (now === undefined ? "" : JSON.stringify(now, null, 1))}
        onBlur={() => !wrong && setDraft(undefined)}
        onChange={(event) => {
          setDraft(event.target.value);
          if (event.target.value.trim() === "") props.set(undefined);
          const value = parsed(event.target.value);
          if (value) props.set(value.json);
        }}
      />
      {wrong && <span className="field-error">This is not JSON yet.</span>}
    </>
  );
}

function parsed(text: string): { json: Json } | undefined {
  // A text that is being typed is no error; the field says so beside itself.
  try {
    return { json: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
