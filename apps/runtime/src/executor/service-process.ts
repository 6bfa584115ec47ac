// Keeps one service alive for the engine that forked it, until that says stop or is gone.
import type { Endpoint, LiveEndpoint } from "@heddle/schema/node";
import { openStore } from "../store.ts";
import { readAttempt } from "./attempt.ts";
import { openContext } from "./context.ts";
import { stageInputs } from "./files.ts";
import { redactor } from "../secrets/redact.ts";
import { asking } from "./asking.ts";
import type { FromService, ToService } from "./messages.ts";
import { loadModule } from "./module.ts";
import { serviceContext } from "./pipeline.ts";

const send = (message: FromService) => process.send?.(message);
const stopMs = 1_500;
const secrets = asking<string>((name) => send({ kind: "secret", name }));
const endpoints = asking<Endpoint>((key) => send({ kind: "endpoint", key }));
const redaction = redactor();
const abort = new AbortController();
let end: (() => Promise<void>) | undefined;

type Job = Extract<ToService, { kind: "serve" }>;

async function serve({ path, hosts }: Job): Promise<LiveEndpoint> {
  const attempt = await readAttempt(path);
  const store = openStore(attempt);
  const inputs = await stageInputs(attempt.recipe.inputs, attempt.directory, store);
  const { start } = await loadModule(attempt.module);
  if (start === undefined) throw new Error(`${attempt.module} does not export start`);
  const around = {
    hosts,
    redaction,
    secret: secrets.ask,
    tell: () => {},
    endpoint: endpoints.ask,
  };
  const context = openContext(attempt, inputs, around, abort.signal);
  const live = await start(serviceContext(context, { attempt, store, around }));
  end = () => live.stop();
  return live;
}

async function stop(): Promise<void> {
  abort.abort();
  // Nobody may be left to kill a service that does not stop.
  setTimeout(() => process.exit(1), stopMs);
  await end?.();
  process.exit(0);
}

process.on("message", (message: ToService) => {
  if (message.kind === "stop") void stop();
  else if (message.kind === "endpoint")
    endpoints.answer(message.key, { value: message.endpoint, error: message.error });
  else if (message.kind === "secret") {
    if (message.value !== undefined) redaction.add(message.name, message.value);
    secrets.answer(message.name, message);
  } else {
    serve(message).then(
      ({ url, model, headers }) => send({ kind: "live", endpoint: { url, model, headers } }),
      (error: unknown) =>
        send({ kind: "failed", error: redaction.text(error instanceof Error ? error.message : String(error)) }),
    );
  }
});
process.on("disconnect", () => void stop());
