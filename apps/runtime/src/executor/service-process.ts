// Keeps one service alive for the engine that forked it, until that says stop or is gone.
import type { LiveEndpoint } from "@heddle/schema/node";
import { openStore } from "../store.ts";
import { readAttempt } from "./attempt.ts";
import { openContext } from "./context.ts";
import { stageInputs } from "./files.ts";
import type { FromService, ToService } from "./messages.ts";
import { loadModule } from "./module.ts";
import { serviceContext } from "./pipeline.ts";

const send = (message: FromService) => process.send?.(message);
const stopMs = 1_500;
const abort = new AbortController();
let end: (() => Promise<void>) | undefined;

async function serve(path: string): Promise<LiveEndpoint> {
  const attempt = await readAttempt(path);
  const store = openStore(attempt);
  const inputs = await stageInputs(attempt.recipe.inputs, attempt.directory, store);
  const { start } = await loadModule(attempt.module);
  if (start === undefined) throw new Error(`${attempt.module} does not export start`);
  const around = {
    tell: () => {},
    endpoint: async (key: string) => {
      throw new Error(`a service cannot use another service (${key})`);
    },
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
  else {
    serve(message.path).then(
      ({ url, model, headers }) => send({ kind: "live", endpoint: { url, model, headers } }),
      (error: unknown) => send({ kind: "failed", error: error instanceof Error ? error.message : String(error) }),
    );
  }
});
process.on("disconnect", () => void stop());
