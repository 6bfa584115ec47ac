// A warm worker: takes attempts one after another from the engine that forked it, and ends when that is gone.
import { flushCompileCache } from "node:module";
import { dirname } from "node:path";
import type { Endpoint } from "@heddle/schema/node";
import { execAttempt } from "../exec.ts";
import type { HubAccess } from "../fetch.ts";
import { diskError } from "../store.ts";
import { readAttempt } from "./attempt.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

const send = (message: FromWorker) => process.send?.(message);
const waiting = new Map<string, { resolve(endpoint: Endpoint): void; reject(error: Error): void }[]>();
let running: AbortController | undefined;

async function work(path: string, hub: HubAccess | undefined): Promise<string | undefined> {
  const abort = new AbortController();
  running = abort;
  const around = {
    hub,
    tell: (sign: Extract<FromWorker, { kind: "sign" }>["sign"]) => void send({ kind: "sign", sign }),
    endpoint: (key: string) =>
      new Promise<Endpoint>((resolve, reject) => {
        waiting.set(key, [...(waiting.get(key) ?? []), { resolve, reject }]);
        send({ kind: "endpoint", key });
      }),
  };
  return execAttempt(await readAttempt(path), around, abort.signal).then(
    () => undefined,
    (error: unknown) => diskError(error, dirname(path)).message,
  );
}

async function take(path: string, hub: HubAccess | undefined): Promise<void> {
  const error = await work(path, hub);
  running = undefined;
  send({ kind: "ended", ...(error !== undefined && { error }) });
  // A warm process is ended by a signal, so what it compiled is kept now.
  flushCompileCache();
}

process.on("message", (message: ToWorker) => {
  if (message.kind === "attempt") void take(message.path, message.hub);
  else if (message.kind === "cancel") running?.abort(new Error("cancelled"));
  else {
    for (const { resolve, reject } of waiting.get(message.key) ?? []) {
      if (message.endpoint) resolve(message.endpoint);
      else reject(new Error(message.error));
    }
    waiting.delete(message.key);
  }
});
process.on("disconnect", () => process.exit(1));
send({ kind: "ready" });
