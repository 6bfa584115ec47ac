// The one outbound fetch: the address is resolved once, checked and pinned, every redirect is checked again, size and silence have
// caps. Hosts that the user allows (HEDDLE_ALLOW_HOSTS, and the host of HF_ENDPOINT) may be private.
import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import type { IncomingMessage, RequestOptions } from "node:http";
import { BlockList, isIP, isIPv6 } from "node:net";
import { Readable } from "node:stream";
import type { OutboundFetch } from "@heddle/schema/node";

/** The network is not to be used now; a source that needs it stays unknown. */
export class NetworkOff extends Error {}

/** The Hub's place and the user's token for it: sent to that origin and to no other. */
export interface HubAccess {
  readonly origin: string;
  readonly token: string;
}

export interface FetchRules {
  /** `host` or `host:port`. */
  readonly allowed: readonly string[];
  /** Who is asked with a token; a request that says by itself who asks, or that a redirect brought here, goes without. */
  readonly hub?: HubAccess | undefined;
  readonly signal: AbortSignal;
  /** Of one response's body; default 64 GiB. */
  readonly maxBytes?: number;
}

const redirects = 5;
const patience = 60;
export const mostBytes = 64 * 2 ** 30;
const redirectStatus = new Set([301, 302, 303, 307, 308]);

/** Where an answer sends who asked. */
export function redirection({ statusCode = 0, headers: { location } }: IncomingMessage, from: URL): URL | undefined {
  return redirectStatus.has(statusCode) && location !== undefined ? new URL(location, from) : undefined;
}

export function bodyStays(url: URL, next: URL): Error {
  return new Error(`${url.href}: redirects to ${next.href}, and a body is sent to the address that was written only`);
}

const reserved = new BlockList();
for (const [address, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const) {
  reserved.addSubnet(address, prefix, "ipv4");
}
// Of IPv6 only global unicast is public, without the forms that hold an IPv4 address (6to4, Teredo) and documentation.
const publicV6 = new BlockList();
publicV6.addSubnet("2000::", 3, "ipv6");
const specialV6 = new BlockList();
specialV6.addSubnet("2001::", 32, "ipv6");
specialV6.addSubnet("2001:db8::", 32, "ipv6");
specialV6.addSubnet("2002::", 16, "ipv6");

export function isPublic(address: string): boolean {
  if (isIPv6(address)) return publicV6.check(address, "ipv6") && !specialV6.check(address, "ipv6");
  return !reserved.check(address, "ipv4");
}

/** What the environment allows: HEDDLE_ALLOW_HOSTS (comma-separated) and the host of HF_ENDPOINT. */
export function allowedHosts(environment: Readonly<Record<string, string | undefined>>): string[] {
  const named = (environment["HEDDLE_ALLOW_HOSTS"] ?? "").split(",").map((host) => host.trim());
  const hub = environment["HF_ENDPOINT"];
  return [...named.filter((host) => host !== ""), ...(hub && URL.canParse(hub) ? [new URL(hub).host] : [])];
}

/** HF_TOKEN for the host of HF_ENDPOINT; undefined where no token is set. */
export function hubAccess(environment: Readonly<Record<string, string | undefined>>): HubAccess | undefined {
  const token = environment["HF_TOKEN"]?.trim();
  const hub = environment["HF_ENDPOINT"] || "https://huggingface.co";
  return token && URL.canParse(hub) ? { origin: new URL(hub).origin, token } : undefined;
}

export function withCredentials(url: URL, headers: Record<string, string>, hub: HubAccess | undefined) {
  if (hub === undefined || url.origin !== hub.origin) return headers;
  return { authorization: `Bearer ${hub.token}`, ...headers };
}

export function outboundFetch(rules: FetchRules): OutboundFetch {
  return async (address, init = {}) => {
    let url = new URL(address);
    let headers = withCredentials(url, { ...init.headers }, rules.hub);
    const signal = init.signal ? AbortSignal.any([rules.signal, init.signal]) : rules.signal;
    const asked = { method: init.method ?? "GET", body: init.body, patience_s: init.patience_s ?? patience, signal };
    for (let hop = 0; hop <= redirects; hop++) {
      const response = await send(url, { ...asked, headers }, rules);
      const next = redirection(response, url);
      if (next === undefined) return toResponse(url, response, init, rules);
      response.destroy();
      if (init.body !== undefined) throw bodyStays(url, next);
      if (next.origin !== url.origin) headers = withoutCredentials(headers);
      url = next;
    }
    throw new Error(`${address}: more than ${redirects} redirects`);
  };
}

export const noFetch: OutboundFetch = async (url) => {
  throw new NetworkOff(`${url}: the network is not used before a run`);
};

function withoutCredentials(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !["authorization", "cookie"].includes(name.toLowerCase())),
  );
}

/** Every address of the host, checked: a socket may try them all (localhost is two), and no other. */
export async function pinned(url: URL, rules: FetchRules): Promise<[LookupAddress, ...LookupAddress[]]> {
  const name = url.hostname.replace(/^\[|\]$/g, "");
  const found = isIP(name) > 0 ? [{ address: name, family: isIP(name) }] : await lookup(name, { all: true });
  const [first, ...others] = found;
  if (first === undefined) throw new Error(`${url.href}: ${name} has no address`);
  if (rules.allowed.includes(url.host) || rules.allowed.includes(url.hostname)) return [first, ...others];
  const refused = found.find(({ address }) => !isPublic(address));
  if (refused !== undefined) {
    throw new Error(
      `${url.href}: ${name} is ${refused.address}, which is not a public address; allow it with HEDDLE_ALLOW_HOSTS=${url.host}`,
    );
  }
  return [first, ...others];
}

export function requireWeb(url: URL): void {
  if (url.protocol === "http:" || url.protocol === "https:") return;
  throw new Error(`${url.href}: only http and https are fetched`);
}

interface Asked {
  readonly headers: Record<string, string>;
  readonly method: string;
  readonly body: string | undefined;
  readonly patience_s: number;
  readonly signal: AbortSignal;
}

async function send(
  url: URL,
  { headers, method, body, patience_s, signal }: Asked,
  rules: FetchRules,
): Promise<IncomingMessage> {
  requireWeb(url);
  const targets = await pinned(url, rules);
  const [{ address, family }] = targets;
  const options: RequestOptions = {
    method,
    headers: { "accept-encoding": "identity", "user-agent": "heddle", ...headers },
    // Asked again when the socket connects: the checked addresses are the only answer.
    lookup: (_, options, done) => (options.all ? done(null, targets) : done(null, address, family)),
  };
  // Loaded when first used: node:http brings its web counterparts with it, which would cost every start 20 ms.
  const { request: open } = await (url.protocol === "https:" ? import("node:https") : import("node:http"));
  return new Promise((resolve, reject) => {
    let answer: IncomingMessage | undefined;
    const request = open(url, options, (message) => resolve((answer = message)));
    // Not as an option of the request: after an answer its error would reach a socket that nobody listens to and end the process.
    const stop = () => (answer === undefined ? request.destroy(signal.reason) : answer.destroy());
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    request.once("close", () => signal.removeEventListener("abort", stop));
    request.setTimeout(patience_s * 1000, () => request.destroy(new Error(`no answer for ${patience_s} s`)));
    request.on("error", (error) => reject(new Error(`${url.href}: ${error.message}`, { cause: error })));
    // Whole at once, so that its length is told and no proxy has to take it in chunks.
    request.end(body);
  });
}

function toResponse(url: URL, message: IncomingMessage, init: { method?: string }, rules: FetchRules): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) {
    for (const one of Array.isArray(value) ? value : [value ?? ""]) headers.append(name, one);
  }
  const status = message.statusCode ?? 500;
  const empty = init.method === "HEAD" || status === 204 || status === 304;
  if (empty) message.resume();
  // An error reaches whoever reads the body; in a body that nobody reads it must not end the process.
  message.on("error", () => {});
  const pieces = Readable.from(capped(url, message, rules.maxBytes ?? mostBytes));
  // A body that is given up before its first piece closes its connection, too.
  pieces.once("close", () => message.destroy());
  const body = empty ? null : Readable.toWeb(pieces);
  const response = new Response(body as ReadableStream<Uint8Array> | null, { status, headers });
  Object.defineProperty(response, "url", { value: url.href });
  return response;
}

export function tooLarge(url: URL, maxBytes: number): Error {
  return new Error(`${url.href}: more than ${maxBytes} bytes; the download was stopped`);
}

async function* capped(url: URL, message: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of message) {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge(url, maxBytes);
    yield piece;
  }
}
