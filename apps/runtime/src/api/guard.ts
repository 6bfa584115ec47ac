// What every request must pass before a route sees it (rules 1-6 of the security page): exact Host, listed methods only, allowed Origin,
// JSON bodies, a token. Hono's csrf() does not check Host, so a rebound name would pass it; this does.
import type { MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import type { Scope, Tokens } from "./tokens.ts";

export const sessionCookie = "heddle_session";

/** The one route that takes a file's bytes. */
export function isUpload(method: string, path: string): boolean {
  return method === "PUT" && /^\/api\/graphs\/[^/]+\/files\/[^/]+$/.test(path);
}

export interface GuardOptions {
  /** Exact `host:port` values, e.g. `127.0.0.1:4310`. */
  readonly hosts: ReadonlySet<string>;
  readonly tokens: Tokens;
}

export type GuardEnv = { Variables: { scope: Scope } };

const policy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];

/** A worker has the policy of its own script: only the one that previews run in may compile WebAssembly, the page may not. */
const wasmPolicy = [...policy, "script-src 'self' 'wasm-unsafe-eval'"];
const compilesWasm = /^\/assets\/preview-worker-[\w-]+\.js$/;

const securityHeaders = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

/** Set behind the answer, so that refusals and errors carry them too. */
export const protectiveHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  context.header("Content-Security-Policy", (compilesWasm.test(context.req.path) ? wasmPolicy : policy).join("; "));
  for (const [name, value] of Object.entries(securityHeaders)) context.header(name, value);
};

export function guard({ hosts, tokens }: GuardOptions): MiddlewareHandler<GuardEnv> {
  return async (context, next) => {
    const refuse = (status: 400 | 401 | 403 | 405 | 415 | 429, error: string) => context.json({ error }, status);

    const host = context.req.header("host") ?? "";
    if (!hosts.has(host)) return refuse(403, `this server does not answer to the host ${JSON.stringify(host)}`);

    const { method, path } = context.req;
    const reads = method === "GET" || method === "HEAD";
    if (!reads && method !== "POST" && method !== "PUT" && method !== "DELETE") {
      context.header("Allow", "GET, HEAD, POST, PUT, DELETE");
      return refuse(405, `the method ${method} is not allowed`);
    }
    const origin = context.req.header("origin");
    if (origin !== undefined && !isOwnOrigin(origin, hosts))
      return refuse(403, `requests from ${origin} are not allowed`);
    if (!reads) {
      if (origin === undefined) return refuse(403, "a request that changes something needs an Origin header");
      const type = (context.req.header("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
      const wanted = isUpload(method, path) ? "application/octet-stream" : "application/json";
      if (type !== wanted) return refuse(415, `send the body as ${wanted}`);
    }

    if (!path.startsWith("/api/") || path === "/api/session") return next();
    if (!tokens.mayTry()) return refuse(429, "too many wrong tokens: wait a minute");
    const bearer = /^Bearer (.+)$/.exec(context.req.header("authorization") ?? "")?.[1];
    const scope = tokens.scopeOf({ bearer, cookie: getCookie(context, sessionCookie) });
    if (scope === undefined) return refuse(401, "not signed in: open the address that `heddle start` printed");
    context.set("scope", scope);
    return next();
  };
}

function isOwnOrigin(origin: string, hosts: ReadonlySet<string>): boolean {
  return origin.startsWith("http://") && hosts.has(origin.slice("http://".length));
}
