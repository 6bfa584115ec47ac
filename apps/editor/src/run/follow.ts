// Follows a run's events (SSE). EventSource resumes by itself with Last-Event-ID; events are folded some thirty times a second.
import { event, type Event } from "@heddle/schema/event";
import { fold, isLive, type RunStore } from "./run-store.ts";

/** Starts following; returns what ends it. `ended` is called when the run has come to its end. */
export function follow(store: RunStore, path: string, ended: () => void): () => void {
  const source = new EventSource(path);
  let waiting: Event[] = [];
  let newest = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const settle = () => {
    timer = undefined;
    const events = waiting;
    waiting = [];
    store.setState(fold(store.getState(), events));
    if (events.some((one) => one.kind === "run" && !isLive(one.state))) {
      source.close();
      ended();
    }
  };

  source.addEventListener("message", (message: MessageEvent<string>) => {
    const one = event.parse(JSON.parse(message.data));
    // After a reconnect the server may send again what was already seen.
    if (one.seq <= newest) return;
    newest = one.seq;
    waiting.push(one);
    timer ??= setTimeout(settle, 33);
  });

  return () => {
    source.close();
    clearTimeout(timer);
  };
}
