// Before a run reaches what nobody has agreed to, and before the first run of a graph from elsewhere: which hosts, which keys go there, for whom.
import { Dialog } from "@base-ui/react/dialog";
import { useRef, useState } from "react";
import { useStore } from "zustand";
import { SecretDialog } from "../inspector/secret-dialog.tsx";
import {
  addressKeys,
  hostLines,
  isAsking,
  listed,
  missingKeys,
  summary,
  within,
  type HostLine,
  type NamedKey,
} from "../run/reach.ts";
import type { Question } from "../run/question.ts";
import { Icon } from "../theme/glyphs.tsx";
import { useDocument, useOutlook, useSession } from "../use-session.ts";
import "./run-dialog.css";

export function RunDialog() {
  const { asking } = useSession();
  const question = useStore(asking, (state) => state.question);
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Dialog.Root
      open={question !== undefined}
      onOpenChange={(open) => !open && asking.setState({ question: undefined })}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        {/* Nothing is agreed to by a key that was meant for Run. */}
        <Dialog.Popup className="dialog run-dialog" ref={popup} initialFocus={popup}>
          {question && <Asked question={question} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function headingOf({ first }: Question, lines: readonly HostLine[], name: string): string {
  if (first) return `First run of ${name}`;
  if (lines.length === 0) return "A key is missing";
  return lines.length === 1 ? `Let this run reach ${lines[0]?.host}?` : `Let this run reach ${lines.length} hosts?`;
}

function Asked({ question }: { question: Question }) {
  const session = useSession();
  const name = useDocument((state) => state.graph.name);
  const reach = useOutlook((state) => state.reach);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const reached = within(reach, question.nodes);
  const lines = hostLines(reached).filter(({ host }) => question.hosts.has(host));
  const asked = lines.filter(isAsking);
  const missing = missingKeys(reached);
  const addresses = question.first ? addressKeys(reached) : [];

  const doing = (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(undefined);
    work()
      .catch((cause: Error) => setFailure(cause.message))
      .finally(() => setBusy(false));
  };
  const allow = async (agreed: readonly HostLine[]) => {
    for (const { host, asksHost, asksKeys } of agreed) {
      if (asksHost) await session.api.allowHost(host);
      for (const key of asksKeys) await session.api.allowSecret(key, host);
    }
    await session.explain();
  };

  return (
    <>
      <Dialog.Title render={<h2 />}>{headingOf(question, lines, name)}</Dialog.Title>
      <Dialog.Description>
        {question.first
          ? summary(question.nodes.size, lines, addresses)
          : "What you allow here holds for all your graphs on this machine."}
      </Dialog.Description>
      <ul className="reach-lines">
        {lines.map((line) => (
          <HostRow key={line.host} line={line} busy={busy} allow={() => doing(() => allow([line]))} />
        ))}
        {addresses.map((key) => (
          <AddressRow key={key.name} address={key} />
        ))}
        {missing.map((key) => (
          <MissingRow key={key.name} missing={key} added={() => doing(() => session.explain())} />
        ))}
      </ul>
      {failure && (
        <p className="field-error" role="status">
          {failure}
        </p>
      )}
      <div className="dialog-actions">
        <Dialog.Close className="button">Cancel</Dialog.Close>
        <button
          className="button primary"
          disabled={busy || missing.length > 0}
          onClick={() =>
            doing(async () => {
              await allow(asked);
              await session.agree();
            })
          }
        >
          {asked.length > 0 ? "Allow and run" : "Run"}
        </button>
      </div>
    </>
  );
}

/** The nodes' titles, as the canvas has them. */
function useTitles(nodes: readonly string[]): string {
  const { catalogue } = useSession();
  const graph = useDocument((state) => state.graph);
  return listed(
    nodes.map((id) => {
      const node = graph.nodes[id];
      return node?.title ?? catalogue.get(node?.type ?? "")?.title ?? id;
    }),
  );
}

function HostRow({ line, busy, allow }: { line: HostLine; busy: boolean; allow: () => void }) {
  const titles = useTitles(line.nodes);
  const keys = line.keys.length === 1 ? "with key " : "with keys ";
  return (
    <li>
      <div>
        <p>
          <code>{line.host}</code> <span className="faint">{line.where}</span>
        </p>
        <p className="reach-why">
          {line.keys.length > 0 && (
            <>
              {keys}
              <b>{listed(line.keys, line.keys.length)}</b>
              {", "}
            </>
          )}
          for {titles}
        </p>
      </div>
      {isAsking(line) ? (
        <button className="button small" disabled={busy} aria-label={`Allow ${line.host}`} onClick={allow}>
          Allow
        </button>
      ) : (
        <span className="reach-allowed">
          {line.where === "public" && line.keys.length === 0 ? "no key is sent" : <Allowed />}
        </span>
      )}
    </li>
  );
}

function Allowed() {
  return (
    <>
      <Icon name="check" size={13} /> Allowed
    </>
  );
}

function AddressRow({ address: { name, nodes } }: { address: NamedKey }) {
  const titles = useTitles(nodes);
  return (
    <li>
      <div>
        <p>
          Key <b>{name}</b> <span className="faint">goes where it says itself</span>
        </p>
        <p className="reach-why">for {titles}</p>
      </div>
    </li>
  );
}

function MissingRow({ missing, added }: { missing: NamedKey; added: () => void }) {
  const titles = useTitles(missing.nodes);
  const [open, setOpen] = useState(false);
  return (
    <li>
      <div>
        <p>
          Key <b>{missing.name}</b> <span className="reach-missing">is not on this machine</span>
        </p>
        <p className="reach-why">for {titles}</p>
      </div>
      <button className="button small" onClick={() => setOpen(true)}>
        Add it
      </button>
      <SecretDialog
        open={open}
        name={missing.name}
        known={[]}
        hosts={missing.hosts}
        close={() => setOpen(false)}
        added={() => {
          setOpen(false);
          added();
        }}
      />
    </li>
  );
}
