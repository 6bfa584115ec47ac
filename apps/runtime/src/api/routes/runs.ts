import { z } from "zod";
import { runRecord } from "@heddle/schema/api";
import type { Engine } from "../../engine.ts";
import { eventStream } from "../sse.ts";
import { found, route, type Route } from "../route.ts";

export function runRoutes(engine: Engine): Route[] {
  const known = async (id: string | undefined) => found(await engine.run(id ?? ""), `run ${id}`);
  return [
    route({
      method: "get",
      path: "/api/runs/:run",
      summary: "A run with its steps",
      scope: "session",
      response: runRecord,
      handle: ({ path }) => known(path.run),
    }),
    route({
      method: "get",
      path: "/api/runs/:run/events",
      summary: "The run's events as server-sent events; resumes behind Last-Event-ID and ends with the run",
      scope: "session",
      handle: async ({ path, header, signal }) => {
        const { id } = await known(path.run);
        const after = Number.parseInt(header("last-event-id") ?? "0", 10);
        return eventStream(
          (stop) => engine.events(id, { after: Number.isNaN(after) ? 0 : after, signal: stop }),
          signal,
        );
      },
    }),
    route({
      method: "post",
      path: "/api/runs/:run/cancel",
      summary: "Stop a run; a running step stops within two seconds",
      scope: "session",
      body: z.strictObject({}),
      response: runRecord,
      handle: async ({ path }) => found(await engine.cancel(path.run ?? ""), `run ${path.run}`),
    }),
  ];
}
