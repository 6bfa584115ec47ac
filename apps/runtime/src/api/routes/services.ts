import { z } from "zod";
import { liveService } from "@heddle/schema/api";
import type { Engine } from "../../engine.ts";
import { RequestError, route, type Route } from "../route.ts";

const nothing = z.strictObject({});

/** What the page may ask of a live endpoint: the OpenAI protocol, and a served graph's own. */
const forwarded = new Set(["chat/completions", "completions", "answers"]);

export function liveRoutes(engine: Engine): Route[] {
  return [
    route({
      method: "get",
      path: "/api/services",
      summary: "The endpoints that runs have made, and which of them are live",
      scope: "session",
      response: z.strictObject({ services: z.array(liveService) }),
      handle: async () => ({ services: await engine.services.list() }),
    }),
    route({
      method: "post",
      path: "/api/services/:key/start",
      summary: "Start an endpoint that a run has made",
      scope: "session",
      body: nothing,
      response: liveService,
      handle: ({ path }) => engine.services.start(path.key ?? ""),
    }),
    route({
      method: "post",
      path: "/api/services/:key/stop",
      summary: "Stop a live endpoint",
      scope: "session",
      body: nothing,
      response: liveService,
      handle: ({ path }) => engine.services.stop(path.key ?? ""),
    }),
    route({
      method: "post",
      path: "/api/services/:key/v1/:call{.+}",
      summary:
        "Ask a live endpoint: chat/completions or completions, streamed where asked; a served graph also answers",
      scope: "session",
      body: z.record(z.string(), z.json()),
      handle: async ({ path, body, signal }) => {
        const call = path.call ?? "";
        if (!forwarded.has(call)) throw new RequestError(404, `an endpoint has no ${call}`);
        const endpoint = await engine.services.endpoint(path.key ?? "");
        const answer = await fetch(`${endpoint.url}/${call}`, {
          method: "POST",
          headers: { ...endpoint.headers, "Content-Type": "application/json" },
          body: JSON.stringify(call === "answers" ? body : { ...body, model: endpoint.model }),
          signal,
        });
        return new Response(answer.body, {
          status: answer.status,
          headers: {
            "Content-Type": answer.headers.get("content-type") ?? "application/json",
            "Cache-Control": "no-store",
          },
        });
      },
    }),
  ];
}
