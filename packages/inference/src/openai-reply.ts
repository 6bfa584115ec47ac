// What a route of an OpenAI-compatible server answers with, and what it is asked.

export type Reply =
  | { readonly kind: "json"; readonly body: object }
  /** Server-sent events. */
  | { readonly kind: "stream"; readonly events: AsyncIterable<object> };

/** Another server's answer as it comes. */
export interface Relayed {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream that breaks off breaks off for the client, too. */
  readonly body: AsyncIterable<Uint8Array> | Buffer;
}

export interface Request {
  /** The first group of the path. */
  readonly name: string;
  /** Aborted when the client leaves before its answer is whole. */
  readonly signal: AbortSignal;
}

export type Route = {
  readonly method: "GET" | "POST";
  readonly path: RegExp;
} & (
  | { answer(request: Request & { readonly body: unknown }): Promise<Reply> | Reply }
  /** Passes the body on without reading it. */
  | { relay(request: Request & { readonly bytes: Buffer }): Promise<Relayed> }
);
