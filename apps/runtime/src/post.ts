// The outbound fetch's rules for requests that are passed on by the thousand: connections are kept, and bodies are Node's own streams.
// The address is resolved, checked and pinned whenever a connection is opened; one that is kept leads where it led.
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { isIP, type LookupFunction } from "node:net";
import type { OutboundBody, OutboundPost } from "@heddle/schema/node";
import {
  bodyStays,
  mostBytes,
  pinned,
  redirection,
  requireWeb,
  tooLarge,
  withCredentials,
  type FetchRules,
} from "./fetch.ts";

/** Opens connections of one protocol, and keeps them to itself: what other rules allowed is no business of these. */
interface Wire {
  readonly agent: Agent;
  request(url: URL, options: RequestOptions): ClientRequest;
}

export function outboundPost(rules: FetchRules): OutboundPost {
  const wires = new Map<string, Wire>();
  const wireOf = ({ protocol }: URL): Wire => {
    const wire = wires.get(protocol) ?? openWire(protocol);
    wires.set(protocol, wire);
    return wire;
  };
  rules.signal.addEventListener("abort", () => wires.forEach(({ agent }) => agent.destroy()), { once: true });
  return async (address, sent) => {
    const url = new URL(address);
    requireWeb(url);
    // A number is not looked up when a connection is opened, so it is checked here.
    if (isIP(bare(url.hostname)) > 0) await pinned(url, rules);
    const wire = wireOf(url);
    const message = (await send(wire, url, sent, rules)) ?? (await send(wire, url, sent, rules));
    if (message === undefined) throw new Error(`${url.href}: the connection was closed before an answer`);
    const next = redirection(message, url);
    if (next !== undefined) {
      message.destroy();
      throw bodyStays(url, next);
    }
    return { status: message.statusCode ?? 500, headers: message.headers, body: message };
  };
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** Loaded when first used, as in fetch.ts. */
function openWire(protocol: string): Wire {
  const wire = process.getBuiltinModule(protocol === "https:" ? "node:https" : "node:http");
  const agent = new wire.Agent({ keepAlive: true });
  return { agent, request: (url, options) => wire.request(url, { ...options, agent }) };
}

function checked(url: URL, rules: FetchRules): LookupFunction {
  return (_, { all }, done) => {
    pinned(url, rules).then(
      (targets) => (all ? done(null, targets) : done(null, targets[0].address, targets[0].family)),
      (error: Error) => done(error, ""),
    );
  };
}

/** The head of the answer; undefined where a kept connection was closed just as it was taken again, so that nothing was read. */
function send(wire: Wire, url: URL, sent: OutboundBody, rules: FetchRules): Promise<IncomingMessage | undefined> {
  const { body, signal, patience_s } = sent;
  rules.signal.throwIfAborted();
  const headers = { "accept-encoding": "identity", "user-agent": "heddle", "content-length": body.length };
  const request = wire.request(url, {
    method: "POST",
    headers: { ...headers, ...withCredentials(url, { ...sent.headers }, rules.hub) },
    lookup: checked(url, rules),
    timeout: patience_s * 1000,
  });
  return new Promise((resolve, reject) => {
    let answer: IncomingMessage | undefined;
    const end = (error: Error) => (answer ?? request).destroy(error);
    const stop = () => end(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    request.once("close", () => signal.removeEventListener("abort", stop));
    request.once("timeout", () => end(new Error(`no answer for ${patience_s} s`)));
    request.once("response", (message) => {
      answer = message;
      cap(message, url, rules.maxBytes ?? mostBytes);
      resolve(message);
    });
    request.on("error", (error) => {
      const isReset = "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
      if (isReset && request.reusedSocket && !signal.aborted && !rules.signal.aborted) resolve(undefined);
      else reject(named(url, error));
    });
    // A string goes out in one piece with the head, which is cheaper than two.
    request.end(latin1(body), "latin1");
  });
}

function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

/** What was refused names its address by itself. */
function named(url: URL, error: Error): Error {
  if (error.message.startsWith(url.href)) return error;
  return new Error(`${url.href}: ${error.message}`, { cause: error });
}

function cap(message: IncomingMessage, url: URL, maxBytes: number): void {
  let bytes = 0;
  // Else to count would be to read.
  message.pause();
  message.on("data", (piece: Uint8Array) => {
    bytes += piece.length;
    if (bytes > maxBytes) message.destroy(tooLarge(url, maxBytes));
  });
  // An error reaches whoever reads the body; in a body that nobody reads it must not end the process.
  message.on("error", () => {});
}
