// What can go wrong between a client and an OpenAI-compatible server, told apart by what a caller can do about it.

export type EndpointErrorKind =
  /** The key is missing, wrong or not allowed to do this. */
  | "auth"
  /** The server asks for fewer requests (429), and went on asking after every retry. */
  | "rate"
  /** The server failed (5xx). */
  | "server"
  /** No connection, no answer or no further byte in time. */
  | "timeout"
  /** No connection, or one that broke off in the middle of an answer. */
  | "network"
  /** An answer that is not of OpenAI's form: cut JSON, no JSON, no choices. */
  | "shape"
  /** The server will not answer this request however often it is asked: unknown model, context too long, a parameter it does not take. */
  | "refused";

export interface EndpointFailure {
  readonly kind: EndpointErrorKind;
  /** HTTP status, where there was one. */
  readonly status?: number | undefined;
  /** Every other request to this endpoint would meet the same: wrong key, unknown model, nobody there. */
  readonly everywhere?: boolean | undefined;
  /** Milliseconds after which the server wants to be asked again. */
  readonly retryAfterMs?: number | undefined;
  /** The server does not take `response_format` of this kind. */
  readonly refusesFormat?: boolean | undefined;
  readonly cause?: unknown;
}

/** The message is one sentence that says what to do. */
export class EndpointError extends Error {
  override readonly name = "EndpointError";
  readonly kind: EndpointErrorKind;
  readonly status: number | undefined;
  readonly everywhere: boolean;
  readonly retryAfterMs: number | undefined;
  readonly refusesFormat: boolean;

  constructor(message: string, failure: EndpointFailure) {
    super(message, { cause: failure.cause });
    this.kind = failure.kind;
    this.status = failure.status;
    this.everywhere = failure.everywhere ?? false;
    this.retryAfterMs = failure.retryAfterMs;
    this.refusesFormat = failure.refusesFormat ?? false;
  }
}

/** The budget does not allow another call. Nothing was sent. */
export class BudgetSpent extends Error {
  override readonly name = "BudgetSpent";
  readonly unit: "tokens" | "USD" | "calls";

  constructor(message: string, unit: "tokens" | "USD" | "calls") {
    super(message);
    this.unit = unit;
  }
}
