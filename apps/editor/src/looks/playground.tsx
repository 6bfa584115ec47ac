// Talk to a served model or graph: start, stop, status, address for other programs, and a conversation that streams.
import type { LiveService } from "@heddle/schema/api";
import type { ArtifactSummary } from "@heddle/schema/artifact";
import { useEffect, useRef, useState } from "react";
import { chat, type ChatMessage } from "../api/chat.ts";
import { api } from "../api/client.ts";
import { upstream } from "../document/edges.ts";
import { notify, reporting } from "../interface-store.ts";
import type { Session } from "../session.ts";
import { Icon } from "../theme/glyphs.tsx";
import { useSession } from "../use-session.ts";
import { RequestForm } from "./request-form.tsx";
import { Sources, type AnswerRow } from "./sources.tsx";
import { useManifest } from "./use-artifact.ts";

/** The service's record, asked again every second and a half while it starts. */
function useService(key: string | undefined) {
  const [service, setService] = useState<LiveService>();
  const starting = service?.state === "starting";
  useEffect(() => {
    const ask = () =>
      reporting(api.services().then(({ services }) => setService(services.find((one) => one.key === key))));
    ask();
    const timer = setInterval(ask, starting ? 1500 : 10_000);
    return () => clearInterval(timer);
  }, [key, starting]);
  return { service, setService };
}

export function Playground({ id, output }: { id: string; output: ArtifactSummary }) {
  const manifest = useManifest(output.digest);
  const endpoint = manifest.state === "ready" ? manifest.value.endpoint : undefined;
  const { service, setService } = useService(endpoint?.key);
  const session = useSession();
  if (manifest.state === "failed") return <p className="empty">This service cannot be read: {manifest.message}</p>;
  if (!endpoint) return null;
  const request = requestOf(session, id);
  const wake = async () => {
    if (service?.state !== "live") setService(await api.startService(endpoint.key));
  };
  return (
    <div className="playground" data-playground={id}>
      {request && !("messages" in request) ? (
        <RequestForm service={endpoint.key} columns={request} wake={wake} />
      ) : (
        <Conversation endpoint={endpoint} isGraph={request !== undefined} wake={wake} />
      )}
      <ServiceCard endpoint={endpoint} service={service} setService={setService} />
    </div>
  );
}

/** What a served graph takes: the columns of the request above the node; undefined where a model is served. */
function requestOf(session: Session, id: string) {
  const { graph, catalogue, outputType } = session.wiring();
  const node = [...upstream(graph, id)].find((one) => catalogue.get(graph.nodes[one]?.type ?? "")?.request);
  if (node === undefined) return undefined;
  const port = Object.keys(catalogue.get(graph.nodes[node]?.type ?? "")?.outputs ?? {})[0] ?? "";
  const type = outputType({ node, port });
  return type?.kind === "rows" ? type.schema.columns : undefined;
}

interface ServiceProps {
  readonly endpoint: { readonly model: string; readonly key: string };
  readonly service: LiveService | undefined;
  readonly setService: (service: LiveService) => void;
}

const stateWords = { stopped: "Stopped", starting: "Starting", live: "Live", failed: "Failed" } as const;

function ServiceCard({ endpoint, service, setService }: ServiceProps) {
  const state = service?.state ?? "stopped";
  const start = async () => setService(await api.startService(endpoint.key));
  const stop = async () => setService(await api.stopService(endpoint.key));
  return (
    <aside className="service-card">
      <div className="service-state" data-state={state}>
        <i />
        <b>{stateWords[state]}</b>
        <span className="grow" />
        {state === "live" || state === "starting" ? (
          <button className="button small" onClick={() => reporting(stop())}>
            Stop
          </button>
        ) : (
          <button className="button small" onClick={() => reporting(start())}>
            Start
          </button>
        )}
      </div>
      {service?.error && (
        <p className="message">
          <b>It did not start.</b> {service.error}
        </p>
      )}
      <Copyable label="Model" value={endpoint.model} />
      {service?.url && <Copyable label="Address" value={service.url} />}
      {service?.token && <Copyable label="Token" value={service.token} secret />}
      {service?.url && (
        <p className="faint">Any OpenAI client on this machine can use the address with the token as its API key.</p>
      )}
    </aside>
  );
}

function Copyable({ label, value, secret }: { label: string; value: string; secret?: boolean }) {
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    notify(`${label} copied.`);
  };
  return (
    <div className="copyable">
      <span className="muted">{label}</span>
      <code title={secret ? "hidden" : value}>{secret ? "•".repeat(12) : value}</code>
      <button
        className="button icon"
        aria-label={`Copy the ${label.toLowerCase()}`}
        title="Copy"
        onClick={() => reporting(copy())}
      >
        <Icon name="copy" size={13} />
      </button>
    </div>
  );
}

type Turn = ChatMessage & { readonly row?: AnswerRow };

interface ConversationProps {
  readonly endpoint: ServiceProps["endpoint"];
  /** Its nodes decide how it samples. */
  readonly isGraph: boolean;
  wake(): Promise<void>;
}

function Conversation({ endpoint, isGraph, wake }: ConversationProps) {
  const [messages, setMessages] = useState<readonly Turn[]>([]);
  const [draft, setDraft] = useState("");
  const [temperature, setTemperature] = useState(0.7);
  const [failure, setFailure] = useState<string>();
  const answering = useRef<AbortController>(undefined);
  const [busy, setBusy] = useState(false);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  });
  useEffect(() => () => answering.current?.abort(), []);

  const answer = async (talk: readonly Turn[]) => {
    const stop = new AbortController();
    answering.current = stop;
    await wake();
    const said = talk.map(({ role, content }) => ({ role, content }));
    const request = { model: endpoint.model, messages: said, temperature, max_tokens: 256 };
    let turn: Turn = { role: "assistant", content: "" };
    for await (const piece of chat(api.chatPath(endpoint.key), request, stop.signal)) {
      turn = "row" in piece ? { ...turn, row: piece.row } : { ...turn, content: turn.content + piece.text };
      setMessages([...talk, turn]);
    }
  };
  const send = () => {
    const content = draft.trim();
    if (content === "" || busy) return;
    const talk = [...messages, { role: "user" as const, content }];
    setMessages(talk);
    setDraft("");
    setFailure(undefined);
    setBusy(true);
    answer(talk)
      .catch((cause: Error) => cause.name !== "AbortError" && setFailure(cause.message))
      .finally(() => setBusy(false));
  };

  return (
    <div className="conversation">
      <div className="turns" role="log" aria-live="polite" aria-label="Conversation">
        {messages.length === 0 && (
          <p className="muted">Say something to {endpoint.model}. The first answer starts it.</p>
        )}
        {messages.map((message, index) => (
          // Turns are only ever added at the end.
          <div key={index} className="turn" data-role={message.role}>
            {message.content}
            {message.row && <Sources row={message.row} />}
          </div>
        ))}
        {busy && messages.at(-1)?.role === "user" && <div className="turn waiting">Thinking</div>}
        {failure && (
          <p className="message">
            <b>No answer.</b> {failure}
          </p>
        )}
        <div ref={end} />
      </div>
      <div className="composer">
        <textarea
          className="field"
          rows={1}
          aria-label="Message"
          placeholder={`Message ${endpoint.model}`}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        {!isGraph && <Temperature value={temperature} set={setTemperature} />}
        {busy ? (
          <button className="button" onClick={() => answering.current?.abort()}>
            Stop
          </button>
        ) : (
          <button className="button primary" disabled={draft.trim() === ""} onClick={send}>
            Send
          </button>
        )}
        <button
          className="button icon"
          aria-label="Clear the conversation"
          title="Clear"
          disabled={busy}
          onClick={() => setMessages([])}
        >
          <Icon name="trash" size={14} />
        </button>
      </div>
    </div>
  );
}

function Temperature({ value, set }: { value: number; set: (value: number) => void }) {
  return (
    <label className="temperature" title="Temperature: 0 always takes the likeliest token">
      <span className="faint">T {value.toFixed(1)}</span>
      <input
        type="range"
        min={0}
        max={1.5}
        step={0.1}
        value={value}
        aria-label="Temperature"
        onChange={(event) => set(Number(event.target.value))}
      />
    </label>
  );
}
