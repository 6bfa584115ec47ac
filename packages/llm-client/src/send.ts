// Sending with fetch, for browsers.
import type { Answer, Send } from "./sending.ts";

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
