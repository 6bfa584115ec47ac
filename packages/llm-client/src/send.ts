// Sending with fetch, for browsers.
import type { Answer, Send } from "./sending.ts";

/** fetch gives up on a server that is silent for 300 s; longer answers are asked for as a stream. */
export const longestSilenceMs = 290_000;

export const send: Send = async (url, request) => {
  const response = await fetch(url, { method: "POST", redirect: "error", ...request });
  return answerOf(response);
};

function answerOf(response: Response): Answer {
  return {
    status: response.status,
    header: (name) => response.headers.get(name) ?? undefined,
    text: () => response.text(),
    async *pieces() {
      if (response.body === null) return;
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
    },
  };
}
