// The event log of a run in progress: numbered here, stored in batches together with the changes that they tell of, and
// told to those who follow once it is stored.
import type { Event } from "@heddle/schema/event";
import type { Records, Change } from "./database/records.ts";

type Unnumbered<T> = T extends unknown ? Omit<T, "seq" | "time"> : never;
export type NewEvent = Unnumbered<Event>;

export interface EventLog {
  append(event: NewEvent, change?: Change): void;
  /** Resolves once everything appended so far is stored; rejects where it cannot be. */
  flush(): Promise<void>;
  /** Told of events stored from now on; gives the way to stop. */
  follow(listener: Listener): () => void;
}

interface Listener {
  hear(events: readonly Event[]): void;
  /** Nothing more will come: the database takes no events. */
  fail(error: Error): void;
}

export function eventLog(records: Records, run: string, last: number): EventLog {
  const listeners = new Set<Listener>();
  let seq = last;
  let waiting: { event: Event; change: Change | undefined }[] = [];
  let storing: Promise<void> | undefined;
  let failure: Error | undefined;

  async function store(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const events = batch.map(({ event }) => event);
      const changes = batch.flatMap(({ change }) => change ?? []);
      await records.appendEvents(run, events, changes).then(
        () => listeners.forEach((listener) => listener.hear(events)),
        (error: unknown) => {
          const cause = error instanceof Error ? error : new Error(String(error));
          failure = cause;
          waiting = [];
          listeners.forEach((listener) => listener.fail(cause));
        },
      );
    }
    storing = undefined;
  }

  return {
    append(event, change) {
      if (failure) return;
      waiting.push({ event: { ...event, seq: ++seq, time: new Date().toISOString() }, change });
      storing ??= store();
    },
    async flush() {
      await storing;
      if (failure) throw failure;
    },
    follow(listener) {
      listeners.add(listener);
      if (failure) listener.fail(failure);
      return () => listeners.delete(listener);
    },
  };
}

const page = 1_000;

/** The last event of a run: nothing comes after it. */
export function isLast(event: Event): boolean {
  return event.kind === "run" && event.state !== "queued" && event.state !== "running";
}

/** Stored events after `after`, then those to come, up to the run's last; without a log (the run is not in progress here), what is stored. */
export async function* followEvents(
  records: Records,
  run: string,
  log: EventLog | undefined,
  options: { readonly after: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<Event> {
  const { signal } = options;
  let arrived: Event[] = [];
  let wake: (() => void) | undefined;
  const stir = () => wake?.();
  let failure: Error | undefined;
  const unfollow = log?.follow({
    hear(events) {
      arrived.push(...events);
      stir();
    },
    fail(error) {
      failure = error;
      stir();
    },
  });
  signal?.addEventListener("abort", stir);
  try {
    let last = options.after;
    const fresh = (events: readonly Event[]) => events.filter((event) => event.seq > last);
    for (let stored = await records.eventsAfter(run, last, page); stored.length > 0;) {
      for (const event of stored) {
        last = event.seq;
        yield event;
        if (isLast(event)) return;
      }
      stored = await records.eventsAfter(run, last, page);
    }
    const stopped = () => log === undefined || signal?.aborted === true;
    while (!stopped()) {
      const events = fresh(arrived);
      arrived = [];
      for (const event of events) {
        last = event.seq;
        yield event;
        if (isLast(event)) return;
      }
      if (failure) throw failure;
      if (arrived.length === 0 && !stopped()) await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    unfollow?.();
    signal?.removeEventListener("abort", stir);
  }
}
