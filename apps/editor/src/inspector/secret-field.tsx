// The name of a secret: chosen among those that are kept, or a new one is put there. Its value never comes back here, and is never in a graph.
import { Dialog } from "@base-ui/react/dialog";
import { Select } from "@base-ui/react/select";
import { secretName, secretValue, type SecretSummary } from "@heddle/schema/api";
import { useEffect, useState, type SubmitEvent } from "react";
import { api } from "../api/client.ts";
import { reporting } from "../interface-store.ts";
import { Icon } from "../theme/glyphs.tsx";
import { ago } from "../theme/words.ts";
import type { FieldProps } from "./field.tsx";

const adding = "+";

export function SecretField({ id, label, value, changed, invalid, describedBy, set }: FieldProps) {
  const [known, setKnown] = useState<readonly SecretSummary[]>();
  const [dialog, setDialog] = useState(false);
  const load = () => reporting(api.secrets().then(setKnown));
  useEffect(load, []);
  const chosen = typeof value === "string" ? value : "";
  const missing = chosen !== "" && known !== undefined && !known.some(({ name }) => name === chosen);
  return (
    <>
      <Select.Root<string>
        value={chosen}
        onValueChange={(next) => (next === adding ? setDialog(true) : set(next || undefined))}
      >
        <Select.Trigger
          id={id}
          className="field select"
          data-changed={changed || undefined}
          aria-label={label}
          aria-invalid={invalid || missing}
          aria-describedby={describedBy}
        >
          <Select.Value>{(name: string) => name || <span className="faint">no secret</span>}</Select.Value>
          <Select.Icon>
            <Icon name="chevron" size={13} />
          </Select.Icon>
        </Select.Trigger>
        <Select.Portal>
          <Select.Positioner className="popup-layer" sideOffset={4} alignItemWithTrigger={false}>
            <Select.Popup className="popup">
              <Select.Item value="" className="option">
                <Select.ItemText>
                  <span className="faint">no secret</span>
                </Select.ItemText>
              </Select.Item>
              {(known ?? []).map(({ name, updated }) => (
                <Select.Item key={name} value={name} className="option secret-option">
                  <Select.ItemText>{name}</Select.ItemText>
                  <span className="faint">{ago(Date.parse(updated))}</span>
                </Select.Item>
              ))}
              <Select.Item value={adding} className="option">
                <Select.ItemText>Add a secret</Select.ItemText>
              </Select.Item>
            </Select.Popup>
          </Select.Positioner>
        </Select.Portal>
      </Select.Root>
      {missing && (
        <span className="field-error">
          {`This machine has no secret ${chosen}. `}
          <button className="link" onClick={() => setDialog(true)}>
            Add it
          </button>
        </span>
      )}
      <SecretDialog
        open={dialog}
        name={missing ? chosen : ""}
        known={known ?? []}
        close={() => setDialog(false)}
        added={(name) => {
          setDialog(false);
          set(name);
          load();
        }}
      />
    </>
  );
}

interface DialogProps {
  readonly open: boolean;
  readonly name: string;
  readonly known: readonly SecretSummary[];
  close(): void;
  added(name: string): void;
}

function SecretDialog({ open, name, known, close, added }: DialogProps) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog">
          <Dialog.Title render={<h2 />}>Add a secret</Dialog.Title>
          <Dialog.Description>
            It is kept on this machine. Graphs, logs and exports hold its name only, and no page can read it back.
          </Dialog.Description>
          <SecretForm name={name} known={known} close={close} added={added} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function SecretForm({ name: first, known, close, added }: Omit<DialogProps, "open">) {
  const [name, setName] = useState(first);
  const [value, setValue] = useState("");
  const [failure, setFailure] = useState<string>();
  const wrongName = secretName.safeParse(name).error?.issues[0]?.message;
  const wrongValue = secretValue.safeParse({ value }).error?.issues[0]?.message;
  const replaces = known.some((secret) => secret.name === name);
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    if (wrongName ?? wrongValue) return;
    api.setSecret(name, value).then(
      () => added(name),
      (cause: Error) => setFailure(cause.message),
    );
  };
  return (
    <form className="secret-form" onSubmit={save}>
      <label>
        Name
        <input
          className="field mono"
          autoComplete="off"
          spellCheck={false}
          placeholder="OPENAI_API_KEY"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <label>
        Value
        <input
          className="field mono"
          type="password"
          autoComplete="off"
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
      </label>
      <p className="field-error" role="status">
        {failure ?? (name === "" ? undefined : wrongName) ?? (value === "" ? undefined : wrongValue)}
      </p>
      {replaces && <p className="muted">This replaces the value that {name} has now.</p>}
      <div className="dialog-actions">
        <span className="grow" />
        <button type="button" className="button" onClick={close}>
          Cancel
        </button>
        <button className="button primary" disabled={(wrongName ?? wrongValue) !== undefined}>
          {replaces ? "Replace" : "Add"}
        </button>
      </div>
    </form>
  );
}
