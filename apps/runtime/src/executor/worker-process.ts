// A warm worker: takes attempts one after another from the engine that forked it, and ends when that is gone.
import { flushCompileCache } from "node:module";
import { dirname } from "node:path";
import type { Endpoint } from "@heddle/schema/node";
import { execAttempt } from "../exec.ts";
import { redactor } from "../secrets/redact.ts";
import { diskError } from "../store.ts";
import { asking } from "./asking.ts";
import { readAttempt } from "./attempt.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

const send = (message: FromWorker) => process.send?.(message);
const endpoints = asking<Endpoint>((key) => send({ kind: "endpoint", key }));
const secrets = asking<string>((name) => send({ kind: "secret", name }));
const redaction = redactor();
let running: AbortController | undefined;

type Job = Extract<ToWorker, { kind: "attempt" }>;

async function work({ path, hub, hosts }: Job): Promise<string | undefined> {
  const abort = new AbortController();
  running = abort;
  const around = {
    hub,
    hosts,
    redaction,
    tell: (sign: Extract<FromWorker, { kind: "sign" }>["sign"]) => void send({ kind: "sign", sign }),
    endpoint: endpoints.ask,
    secret: secrets.ask,
  };
  return execAttempt(await readAttempt(path), around, abort.signal).then(
    () => undefined,
    (error: unknown) => diskError(error, dirname(path)).message,
  );
}

async function take(job: Job): Promise<void> {
  const error = await work(job);
  running = undefined;
  send({ kind: "ended", ...(error !== undefined && { error }) });
  // A warm process is ended by a signal, so what it compiled is kept now.
  flushCompileCache();
}

process.on("message", (message: ToWorker) => {
  if (message.kind === "attempt") void take(message);
  else if (message.kind === "cancel") running?.abort(new Error("cancelled"));
  else if (message.kind === "secret") {
    if (message.value !== undefined) redaction.add(message.name, message.value);
    secrets.answer(message.name, message);
  } else endpoints.answer(message.key, { value: message.endpoint, error: message.error });
});
process.on("disconnect", () => process.exit(1));
send({ kind: "ready" });
