// Server-sent events over a stream of run events, with a comment every 15 s so that proxies keep the connection.
import type { Event } from "@heddle/schema/event";

const keepAliveMs = 15_000;

export function eventStream(events: (signal: AbortSignal) => AsyncIterable<Event>, request: AbortSignal): Response {
  const closed = new AbortController();
  const signal = AbortSignal.any([closed.signal, request]);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const keepAlive = setInterval(() => controller.enqueue(encoder.encode(": \n\n")), keepAliveMs);
      try {
        for await (const event of events(signal)) {
          if (signal.aborted) break;
          controller.enqueue(encoder.encode(`id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`));
        }
        if (!signal.aborted) controller.close();
      } catch (error) {
        if (!signal.aborted) controller.error(error);
      } finally {
        clearInterval(keepAlive);
      }
    },
    cancel: () => closed.abort(),
  });
  return new Response(body, { headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store" } });
}
