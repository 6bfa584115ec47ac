// What the CLI asks of a running server: the same work on a document of its own, with paths relative to the document's file.
import { z } from "zod";
import { explainResponse, factsResponse, runRecord, runRequest } from "@heddle/schema/api";
import { graph } from "@heddle/schema/graph";
import type { Engine } from "../../engine.ts";
import { route, type Route } from "../route.ts";

const subject = { document: graph, directory: z.string() };

export function headlessRoutes(engine: Engine): Route[] {
  return [
    route({
      method: "post",
      path: "/api/headless/facts",
      summary: "Peek at the sources of a document",
      scope: "cli",
      body: z.strictObject(subject),
      response: factsResponse,
      handle: ({ body }) => engine.facts(body.document, body.directory, { remote: true, anyPath: true }),
    }),
    route({
      method: "post",
      path: "/api/headless/explain",
      summary: "What a run of a document would do, and why",
      scope: "cli",
      body: z.strictObject(subject),
      response: explainResponse,
      handle: ({ body }) => engine.explain(body.document, body.directory, { remote: true, anyPath: true }),
    }),
    route({
      method: "post",
      path: "/api/headless/runs",
      summary: "Run a document",
      scope: "cli",
      body: z.strictObject({ ...subject, request: runRequest }),
      response: runRecord,
      handle: ({ body }) => engine.startRun(body.document, body.directory, body.request, { anyPath: true }),
    }),
  ];
}
