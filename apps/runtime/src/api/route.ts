// A route is data: the router, the OpenAPI document and the security matrix test are all made from the same list.
import type { z } from "zod";
import type { Scope } from "./tokens.ts";

export interface Call<Body, Query> {
  /** Path parameters by name. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly signal: AbortSignal;
  readonly header: (name: string) => string | undefined;
  /** The bytes of an upload. */
  readonly bytes: ReadableStream<Uint8Array>;
}

export interface Route<Body = unknown, Query = unknown> {
  readonly method: "get" | "post" | "put" | "delete";
  /** Hono's syntax: `/api/runs/:run`. */
  readonly path: string;
  readonly summary: string;
  /** `cli` routes take a document and a directory from the caller, so a browser session may not use them. */
  readonly scope: Scope;
  readonly body?: z.ZodType<Body>;
  readonly query?: z.ZodType<Query>;
  /** The body is a file's bytes (application/octet-stream) instead of JSON. */
  readonly upload?: true;
  /** The JSON answer; absent where the route answers with bytes or a stream. */
  readonly response?: z.ZodType;
  handle(call: Call<Body, Query>): Promise<unknown>;
}

/** Erases the body's type once the handler has been checked against it. */
export function route<Body, Query>(definition: Route<Body, Query>): Route {
  return definition as Route;
}

/** An error that has an HTTP status; anything else is a 500. */
export class RequestError extends Error {
  readonly status: 400 | 404 | 409 | 422 | 503;
  readonly details: Readonly<Record<string, unknown>>;
  constructor(status: RequestError["status"], message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

/** What was looked up, or a 404 that names it. */
export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RequestError(404, `${what} does not exist`);
  return value;
}
