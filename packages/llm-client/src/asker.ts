// Sending a request until it is answered: at the server's pace, within the budget, again after what may pass.
import type { Endpoint } from "@heddle/schema/node";
import type { ClientOptions, Spent, Usage } from "./client.ts";
import { EndpointError } from "./error.ts";
import { windowPause } from "./failure.ts";
import { costOf, openLedger } from "./ledger.ts";
import { openPace } from "./pace.ts";
import { post, type Reply, type Wire } from "./transport.ts";

const firstBackoffMs = 500;
const longestBackoffMs = 30_000;

/** Tokens of the prompt, and of the longest answer where that is known. */
export interface Size {
  readonly prompt: number;
  readonly completion?: number | undefined;
}

export interface Answered<T> {
  readonly value: T;
  readonly usage: Usage;
  readonly header: Reply["header"];
}

export interface Ask<T> {
  readonly path: string;
  body(): object;
  read(reply: Reply): Answered<T>;
}

export interface Asked<T> {
  readonly answer: T;
  readonly attempts: number;
}

export interface Asker {
  /** Throws an EndpointError for a failure that does not pass, and BudgetSpent. */
  ask<T>(size: Size, request: Ask<T>): Promise<Asked<T>>;
  /** With what the tokens cost, where that is known; `cost`: what the server says. */
  priced(prompt: number, completion: number, estimated: boolean, cost?: number): Usage;
  spent(): Spent;
}

export function openAsker(endpoint: Endpoint, options: ClientOptions): Asker {
  const { signal, retries, prices } = options;
  const pace = openPace(options.concurrency, signal);
  const ledger = openLedger(options.budget ?? {}, prices);
  const wire = wireOf(endpoint, options);

  /** Sends until there is an answer, a failure that will not pass, or no try left. */
  async function ask<T>(size: Size, request: Ask<T>): Promise<Asked<T>> {
    let waited = 0;
    for (let attempts = 1; ; attempts++) {
      const outcome = await once(size, request);
      if (!(outcome instanceof EndpointError)) return { answer: outcome, attempts };
      const isRate = outcome.kind === "rate";
      const tries = isRate ? retries * 4 : retries + waited;
      if (outcome.kind === "auth" || outcome.kind === "refused" || attempts > tries) throw outcome;
      if (isRate) waited++;
      ledger.retried();
      // A rate limit holds every request back, at the pace; other failures are this request's own.
      if (!isRate) await sleep(backoff(attempts - waited, outcome.retryAfterMs), signal);
    }
  }

  async function once<T>(size: Size, request: Ask<T>): Promise<T | EndpointError> {
    const entered = await pace.enter();
    const reservation = await ledger.reserve(size.prompt, size.completion).catch((spent: unknown) => {
      pace.leave();
      throw spent;
    });
    return post(wire, request.path, request.body())
      .then(request.read)
      .then(
        ({ value, usage, header }) => {
          ledger.settle(reservation, usage);
          pace.answered();
          const pause = windowPause(header);
          if (pause !== undefined) pace.holdUntil(performance.now() + pause);
          return value;
        },
        (error: unknown) => {
          // An answer that was given up or cut may have been worked on, and then it is on the bill.
          const isLost = error instanceof EndpointError && (error.kind === "timeout" || error.kind === "shape");
          ledger.settle(reservation, isLost ? priced(reservation.prompt, 0, true) : undefined);
          if (!(error instanceof EndpointError)) throw error;
          if (error.kind === "rate") pace.slow(entered, error.retryAfterMs);
          return error;
        },
      )
      .finally(() => pace.leave());
  }

  function priced(prompt_tokens: number, completion_tokens: number, estimated: boolean, cost?: number): Usage {
    const known = cost ?? costOf(prices, prompt_tokens, completion_tokens);
    return { prompt_tokens, completion_tokens, cost: known, estimated };
  }

  return { ask, priced, spent: ledger.spent };
}

function wireOf(endpoint: Endpoint, { signal, timeout_s, idle_s = 60 }: ClientOptions): Wire {
  const underWay = new Set<AbortController>();
  // One listener for all requests: a signal warns of more than ten.
  signal.addEventListener("abort", () => underWay.forEach((stop) => stop.abort(signal.reason)), { once: true });
  return { endpoint, timeoutMs: timeout_s * 1000, idleMs: idle_s * 1000, underWay, signal };
}

/** Exponential with full jitter: anything up to the bound, so that requests that failed together do not come back together. */
function backoff(attempt: number, retryAfterMs = 0): number {
  return retryAfterMs + Math.random() * Math.min(longestBackoffMs, firstBackoffMs * 2 ** (attempt - 1));
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}
