// Binds the application to a port of this machine, and says in one sentence why where it cannot.
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { GuardEnv } from "./guard.ts";

export interface Bound {
  readonly port: number;
  /** The exact `host:port` values that requests may name. */
  readonly hosts: ReadonlySet<string>;
  /** Requests that came before this wait for it. */
  serve(app: Hono<GuardEnv>): void;
  close(): Promise<void>;
}

export class CannotListen extends Error {}

/** Takes the port before anything slow is done, so that a port in use is said at once. */
export async function bind(host: string, port: number): Promise<Bound> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new CannotListen(whyNot(host, port, error), { cause: error })),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  const names = host === "127.0.0.1" ? ["127.0.0.1", "localhost"] : [host.includes(":") ? `[${host}]` : host];
  const app = Promise.withResolvers<ReturnType<typeof getRequestListener>>();
  server.on("request", (incoming, outgoing) => void app.promise.then((answer) => answer(incoming, outgoing)));
  return {
    port: bound,
    hosts: new Set(names.map((name) => `${name}:${bound}`)),
    serve: ({ fetch }) => app.resolve(getRequestListener(fetch)),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

function whyNot(host: string, port: number, error: NodeJS.ErrnoException): string {
  if (error.code === "EADDRINUSE")
    return `port ${port} is in use: choose another with --port N, or --port 0 for a free one`;
  if (error.code === "EACCES") return `port ${port} needs more rights: choose one above 1023 with --port N`;
  if (error.code === "EADDRNOTAVAIL")
    return `${host} is not an address of this machine: leave --host out to listen on 127.0.0.1`;
  return `cannot listen on ${host}:${port}: ${error.message}`;
}
