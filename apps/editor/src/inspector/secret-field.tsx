// The name of a secret: chosen among those that are kept, or a new one is put there. Its value never comes back here, and is never in a graph.
import { Select } from "@base-ui/react/select";
import type { SecretSummary } from "@heddle/schema/api";
import { useEffect, useState } from "react";
import { api } from "../api/client.ts";
import { reporting } from "../interface-store.ts";
import { Icon } from "../theme/glyphs.tsx";
import { ago } from "../theme/words.ts";
import { useHosts, useOnlyNode, useSession } from "../use-session.ts";
import type { FieldProps } from "./field.tsx";
import { SecretDialog } from "./secret-dialog.tsx";

const adding = "+";

export function SecretField({ id, label, value, changed, invalid, describedBy, set }: FieldProps) {
  const [known, setKnown] = useState<readonly SecretSummary[]>();
  const [dialog, setDialog] = useState(false);
  const session = useSession();
  const hosts = useHosts(useOnlyNode());
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
        hosts={hosts}
        close={() => setDialog(false)}
        added={(name) => {
          setDialog(false);
          // Named once it is known to be there, or the field would say for a moment that it is not.
          reporting(
            api.secrets().then((secrets) => {
              setKnown(secrets);
              set(name);
            }),
          );
          reporting(session.explain());
        }}
      />
    </>
  );
}
