// What the transport needs of whatever sends a request: the head of the answer, then its text, whole or in pieces. send.ts does it with fetch,
// send.node.ts with node:http, which takes a third of the processor time.

export interface Answer {
  readonly status: number;
  header(name: string): string | undefined;
  /** Rejects where the connection breaks before the whole body is there. */
  text(): Promise<string>;
  pieces(): AsyncIterable<string>;
}

export interface Outgoing {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** Posts; a redirect is an answer like others: a key goes to the server that was named, not to where that one points. */
export type Send = (url: string, request: Outgoing) => Promise<Answer>;
