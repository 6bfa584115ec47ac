// The preview worker's first lines: zod must know that no code may be made from text before any schema is built, so everything else is
// loaded after that. What arrives meanwhile waits.
import type { ToWorker } from "./protocol.ts";

// oxlint-disable-next-line no-underscore-dangle -- zod's own name for it
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });

const tab = import("./tab.ts");

globalThis.addEventListener("message", (message: MessageEvent<ToWorker>) => {
  void tab.then(({ receive }) => receive(message.data));
});
