import { z } from "zod";
import {
  explainResponse,
  factsResponse,
  graphRecord,
  graphSummary,
  runRecord,
  runRequest,
  sampleResponse,
  templateSummary,
  type GraphRecord,
} from "@heddle/schema/api";
import { graph } from "@heddle/schema/graph";
import type { Engine } from "../../engine.ts";
import { RequestError, found, route, type Route } from "../route.ts";
import { readTemplates } from "../templates.ts";

const newGraph = z.strictObject({ document: graph });
const changedGraph = z.strictObject({ document: graph, version: z.int() });
const factsRequest = z.strictObject({ remote: z.boolean().default(false) });
const sampleRequest = z.strictObject({ node: z.string() });
const nothing = z.strictObject({});

/** No way to another folder, and not hidden. */
const plainName = /^[^./\\\0][^/\\\0]{0,199}$/;

export function graphRoutes(engine: Engine): Route[] {
  const stored = async (id: string | undefined) => found(await engine.graphs.get(id ?? ""), `graph ${id}`);
  return [
    route({
      method: "get",
      path: "/api/templates",
      summary: "The graphs to start from, whole",
      scope: "session",
      response: z.strictObject({ templates: z.array(templateSummary) }),
      handle: async () => ({ templates: await readTemplates() }),
    }),
    route({
      method: "get",
      path: "/api/graphs",
      summary: "The stored graphs, newest first",
      scope: "session",
      response: z.strictObject({ graphs: z.array(graphSummary) }),
      handle: async () => ({ graphs: await engine.graphs.list() }),
    }),
    route({
      method: "post",
      path: "/api/graphs",
      summary: "Store a new graph; nothing in it is run or read",
      scope: "session",
      body: newGraph,
      response: graphRecord,
      handle: ({ body }) => engine.graphs.create(body.document),
    }),
    route({
      method: "get",
      path: "/api/graphs/:id",
      summary: "One graph",
      scope: "session",
      response: graphRecord,
      handle: ({ path }) => stored(path.id),
    }),
    route({
      method: "put",
      path: "/api/graphs/:id",
      summary: "Store the graph's next version; 409 with the newest where another page was quicker",
      scope: "session",
      body: changedGraph,
      response: graphRecord,
      handle: async ({ path, body }) => {
        const id = path.id ?? "";
        const updated = found(await engine.graphs.update(id, body.document, body.version), `graph ${id}`);
        if (updated.conflict) {
          const sentence = "this graph was changed in another window: reload it, or save yours under a new name";
          throw new RequestError(409, sentence, { stored: updated.record });
        }
        return updated.record;
      },
    }),
    route({
      method: "delete",
      path: "/api/graphs/:id",
      summary: "Remove a graph; its runs and results stay",
      scope: "session",
      response: nothing,
      handle: async ({ path }) => {
        await engine.graphs.remove((await stored(path.id)).id);
        return {};
      },
    }),
    ...graphWork(engine, stored),
  ];
}

/** What is done with a stored graph: files put beside it, its sources looked at, its runs. */
function graphWork(engine: Engine, stored: (id: string | undefined) => Promise<GraphRecord>): Route[] {
  return [
    route({
      method: "put",
      path: "/api/graphs/:id/files/:name",
      summary: "Put a data file beside the graph; `path` params name it by the answer's path",
      scope: "session",
      upload: true,
      response: z.strictObject({ path: z.string() }),
      handle: async ({ path, bytes }) => {
        const { id = "", name = "" } = path;
        if (!plainName.test(name))
          throw new RequestError(400, `${JSON.stringify(name)} cannot be a file's name here: rename it`);
        return found(await engine.graphs.addFile(id, name, bytes), `graph ${id}`);
      },
    }),
    route({
      method: "post",
      path: "/api/graphs/:id/facts",
      summary: "Peek at the graph's sources: local ones, and remote ones only when asked to",
      scope: "session",
      body: factsRequest,
      response: factsResponse,
      handle: async ({ path, body }) => {
        const { document, directory } = await stored(path.id);
        return engine.facts(document, directory, { remote: body.remote });
      },
    }),
    route({
      method: "post",
      path: "/api/graphs/:id/explain",
      summary: "What Run would do, step by step, and why; starts nothing",
      scope: "session",
      body: nothing,
      response: explainResponse,
      handle: async ({ path }) => {
        const { document, directory } = await stored(path.id);
        return engine.explain(document, directory, { remote: false, graph: path.id ?? "" });
      },
    }),
    route({
      method: "post",
      path: "/api/graphs/:id/sample",
      summary:
        "The first rows of what a node gives, for a preview: of a local source, or of a cached outcome; runs nothing",
      scope: "session",
      body: sampleRequest,
      response: sampleResponse,
      handle: async ({ path, body }) => {
        const { id, document, directory } = await stored(path.id);
        return found(await engine.sample(document, directory, body.node, id), `node ${body.node}`);
      },
    }),
    route({
      method: "post",
      path: "/api/graphs/:id/runs",
      summary: "Start a run of the stored graph",
      scope: "session",
      body: runRequest,
      response: runRecord,
      handle: async ({ path, body }) => {
        const { id, document, directory } = await stored(path.id);
        return engine.startRun(document, directory, body, { graph: id });
      },
    }),
    route({
      method: "get",
      path: "/api/graphs/:id/runs",
      summary: "The graph's runs, newest first",
      scope: "session",
      response: z.strictObject({ runs: z.array(runRecord) }),
      handle: async ({ path }) => ({ runs: await engine.runs((await stored(path.id)).id) }),
    }),
  ];
}
