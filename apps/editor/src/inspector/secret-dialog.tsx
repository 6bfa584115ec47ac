// Puts a secret on this machine, for a node that names it.
import { Dialog } from "@base-ui/react/dialog";
import { secretName, secretValue, type SecretSummary } from "@heddle/schema/api";
import { useState, type SubmitEvent } from "react";
import { api } from "../api/client.ts";
import { listed } from "../run/reach.ts";

interface DialogProps {
  readonly open: boolean;
  readonly name: string;
  readonly known: readonly SecretSummary[];
  /** Where the node that it is for would send it: who puts it here agrees to these. */
  readonly hosts: readonly string[];
  close(): void;
  added(name: string): void;
}

export function SecretDialog({ open, name, known, hosts, close, added }: DialogProps) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog">
          <Dialog.Title render={<h2 />}>Add a secret</Dialog.Title>
          <Dialog.Description>
            It is kept on this machine. Graphs, logs and exports hold its name only, and no page can read it back.
            {hosts.length > 0 && ` It is sent to ${listed(hosts, hosts.length)}, and elsewhere only when you allow it.`}
          </Dialog.Description>
          <SecretForm name={name} known={known} hosts={hosts} close={close} added={added} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

async function putSecret(name: string, value: string, hosts: readonly string[]): Promise<void> {
  await api.setSecret(name, value);
  for (const host of hosts) await api.allowSecret(name, host);
}

function SecretForm({ name: first, known, hosts, close, added }: Omit<DialogProps, "open">) {
  const [name, setName] = useState(first);
  const [value, setValue] = useState("");
  const [failure, setFailure] = useState<string>();
  const wrongName = secretName.safeParse(name).error?.issues[0]?.message;
  const wrongValue = secretValue.safeParse({ value }).error?.issues[0]?.message;
  const replaces = known.some((secret) => secret.name === name);
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    if (wrongName ?? wrongValue) return;
    putSecret(name, value, hosts).then(
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
