// The OpenAPI 3.1 document of the route list, from the same zod schemas that check the requests.
import { z } from "zod";
import type { Route } from "./route.ts";

function jsonSchema(schema: z.ZodType): unknown {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { unrepresentable: "any", io: "input" });
  return rest;
}

const jsonContent = (schema: z.ZodType) => ({ "application/json": { schema: jsonSchema(schema) } });

function queryParameters(query: z.ZodType | undefined): unknown[] {
  if (!(query instanceof z.ZodObject)) return [];
  return Object.entries(query.shape).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema: jsonSchema(schema),
  }));
}

function operation(route: Route): unknown {
  const pathParameters = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  return {
    summary: route.summary,
    security: [route.scope === "cli" ? { cli: [] } : { session: [] }],
    parameters: [...pathParameters, ...queryParameters(route.query)],
    ...(route.body && { requestBody: { required: true, content: jsonContent(route.body) } }),
    ...(route.upload && { requestBody: { required: true, content: { "application/octet-stream": {} } } }),
    responses: {
      "200": {
        description: "done",
        content: route.response ? jsonContent(route.response) : { "application/octet-stream": {} },
      },
      default: { description: "an error, in one sentence", content: { "application/json": { schema: errorSchema } } },
    },
  };
}

const errorSchema = { type: "object", properties: { error: { type: "string" } }, required: ["error"] };

export function openApiDocument(routes: readonly Route[], version: string): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)(\{[^}]*\})?/g, "{$1}");
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Heddle",
      version,
      description: "The runtime's HTTP API. Every route needs a session cookie or the CLI's token.",
    },
    paths,
    components: {
      securitySchemes: {
        session: { type: "apiKey", in: "cookie", name: "heddle_session" },
        cli: { type: "http", scheme: "bearer" },
      },
    },
  };
}
