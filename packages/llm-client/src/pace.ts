// How many requests are under way at once: additive increase, multiplicative decrease, as TCP does it (Chiu and Jain 1989). A server that
// says "too many" halves the number, once for all requests that were under way when it said so; answers let it grow back by one a round.

const leastPause = 1;
/** A server that names no time is left alone for this long, doubled for every further complaint without an answer in between. */
const firstPauseMs = 250;
const longestPauseMs = 30_000;

export interface Pace {
  /** Resolves when the request may be sent; gives what `leave` wants back. Rejects when the signal aborts. */
  enter(): Promise<number>;
  leave(): void;
  /** An answer came back. */
  answered(): void;
  /** The server asked for fewer requests. `entered`: what `enter` gave for the request it said that to. */
  slow(entered: number, retryAfterMs: number | undefined): void;
  /** Nothing is sent before this time (milliseconds of `performance.now()`). */
  holdUntil(time: number): void;
  /** Requests that may be under way now. */
  readonly width: number;
}

interface Waiting {
  admit(ticket: number): void;
  refuse(reason: unknown): void;
}

export function openPace(most: number, signal: AbortSignal): Pace {
  let width = most;
  let under = 0;
  let ticket = 0;
  let slowed = 0;
  let complaints = 0;
  let heldUntil = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: Waiting[] = [];
  let next = 0;

  function pump(): void {
    const wait = heldUntil - performance.now();
    if (wait > 0 && next < waiting.length) {
      timer ??= setTimeout(() => {
        timer = undefined;
        pump();
      }, wait + leastPause);
      return;
    }
    while (next < waiting.length && under < Math.max(1, Math.floor(width))) {
      under++;
      waiting[next++]!.admit(++ticket);
    }
    if (next > 1024) {
      waiting = waiting.slice(next);
      next = 0;
    }
  }
  signal.addEventListener(
    "abort",
    () => {
      clearTimeout(timer);
      for (const { refuse } of waiting.slice(next)) refuse(signal.reason);
      waiting = [];
      next = 0;
    },
    { once: true },
  );

  return {
    enter() {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (next === waiting.length && under < Math.floor(width) && performance.now() >= heldUntil) {
        under++;
        return Promise.resolve(++ticket);
      }
      return new Promise((admit, refuse) => {
        waiting.push({ admit, refuse });
        pump();
      });
    },
    leave() {
      under--;
      pump();
    },
    answered() {
      complaints = 0;
      if (width < most) width = Math.min(most, width + 1 / width);
    },
    slow(entered, retryAfterMs) {
      const pause = retryAfterMs ?? Math.min(longestPauseMs, firstPauseMs * 2 ** complaints) * Math.random();
      heldUntil = Math.max(heldUntil, performance.now() + pause);
      if (entered <= slowed) return;
      complaints++;
      slowed = ticket;
      width = Math.max(1, width / 2);
    },
    holdUntil(time) {
      heldUntil = Math.max(heldUntil, time);
    },
    get width() {
      return Math.max(1, Math.floor(width));
    },
  };
}
