// What a route of an OpenAI-compatible server answers with, and what it is asked.

export type Reply =
  | { readonly kind: "json"; readonly body: object }
  /** Server-sent events. */
  | { readonly kind: "stream"; readonly events: AsyncIterable<object> }
  /** Another server's answer as it came. */
  | {
      readonly kind: "relay";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: AsyncIterable<Uint8Array>;
    };

export type Route = {
  readonly method: "GET" | "POST";
  readonly path: RegExp;
  /** `name`: the first group of the path. Aborted when the client leaves. */
  answer(request: { name: string; body: unknown; signal: AbortSignal }): Promise<Reply> | Reply;
};
