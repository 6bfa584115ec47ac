// Sending with node:http over connections that are kept.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Answer, Outgoing, Send } from "./sending.ts";

const plain = new HttpAgent({ keepAlive: true });
const secure = new HttpsAgent({ keepAlive: true });
const connectMs = 10_000;

/** A request may wait as long as its own timeout says. */
export const longestSilenceMs = Number.POSITIVE_INFINITY;

export const send: Send = async (url, request) => {
  const place = new URL(url);
  const first = await open(place, request);
  // The server closed a kept connection just as it was taken again: nothing was read, so it is sent once more.
  return first === stale ? opened(await open(place, request)) : first;
};

const stale = Symbol("stale");

function opened(answer: Answer | typeof stale): Answer {
  if (answer === stale) throw coded("the connection was reset", "ECONNRESET");
  return answer;
}

function coded(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}

function open(url: URL, { headers, body, signal }: Outgoing): Promise<Answer | typeof stale> {
  const isSecure = url.protocol === "https:";
  return new Promise((resolve, reject) => {
    const request = (isSecure ? httpsRequest : httpRequest)(url, {
      method: "POST",
      agent: isSecure ? secure : plain,
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
    });
    const stop = () => void request.destroy(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    request.once("socket", (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => request.destroy(coded("no connection", "CONNECT_TIMEOUT")), connectMs);
      socket.once("connect", () => clearTimeout(timer));
      socket.once("close", () => clearTimeout(timer));
    });
    request.once("response", (message) => resolve(answerOf(message)));
    request.once("error", (error) => {
      const isReset = "code" in error && error.code === "ECONNRESET";
      if (isReset && request.reusedSocket && !signal.aborted) resolve(stale);
      else reject(error);
    });
    request.end(body);
  });
}

function answerOf(message: IncomingMessage): Answer {
  message.setEncoding("utf8");
  return {
    status: message.statusCode ?? 0,
    header(name) {
      const value = message.headers[name];
      return Array.isArray(value) ? value.join(", ") : value;
    },
    text: () =>
      new Promise((resolve, reject) => {
        let text = "";
        message.on("data", (piece: string) => (text += piece));
        message.once("end", () => resolve(text));
        message.once("error", reject);
      }),
    pieces: () => message,
  };
}
