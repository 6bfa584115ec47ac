// Binds the application to a port of this machine, and says in one sentence why where it cannot.
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { AddressInfo } from "node:net";
import type { Hono } from "hono";
import type { GuardEnv } from "./guard.ts";

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

export class CannotListen extends Error {}

/** `createApp` gets the exact `host:port` values that requests may name. */
export async function listen(
  host: string,
  port: number,
  createApp: (hosts: ReadonlySet<string>) => Hono<GuardEnv>,
): Promise<Listening> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new CannotListen(whyNot(host, port, error), { cause: error })),
    );
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  const names = host === "127.0.0.1" ? ["127.0.0.1", "localhost"] : [host.includes(":") ? `[${host}]` : host];
  const app = createApp(new Set(names.map((name) => `${name}:${bound}`)));
  server.on("request", getRequestListener(app.fetch));
  return {
    port: bound,
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
