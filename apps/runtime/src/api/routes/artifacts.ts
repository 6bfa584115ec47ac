import { z } from "zod";
import { rowsPage } from "@heddle/schema/api";
import { manifest } from "@heddle/schema/artifact";
import type { Engine } from "../../engine.ts";
import { found, route, type Route } from "../route.ts";

const page = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  columns: z
    .string()
    .regex(/^\d+(,\d+)*$/)
    .optional()
    .describe("Only these, by their place among the artifact's columns: 0,2"),
});

const vectors = z.object({
  column: z.coerce.number().int().min(0).describe("Its place among the artifact's columns"),
  limit: z.coerce.number().int().min(1).max(20_000).default(5000),
});

export function artifactRoutes(engine: Engine): Route[] {
  return [
    route({
      method: "get",
      path: "/api/artifacts/:digest",
      summary: "An artifact's manifest",
      scope: "session",
      response: manifest,
      handle: async ({ path }) => found(await engine.artifact(path.digest ?? ""), `artifact ${path.digest}`),
    }),
    route({
      method: "get",
      path: "/api/artifacts/:digest/rows",
      summary: "A page of a rows artifact",
      scope: "session",
      query: page,
      response: rowsPage,
      handle: async ({ path, query: { offset, limit, columns } }) => {
        const range = { offset, limit, columns: columns?.split(",").map(Number) };
        return found(await engine.rowsPage(path.digest ?? "", range), `rows ${path.digest}`);
      },
    }),
    route({
      method: "get",
      path: "/api/artifacts/:digest/vectors",
      summary: "The first values of a vector column, as little-endian float32",
      scope: "session",
      query: vectors,
      handle: async ({ path, query: { column, limit } }) => {
        const values = await engine.vectors(path.digest ?? "", column, limit);
        const bytes = new Uint8Array(found(values, `vector column ${column} of ${path.digest}`).buffer as ArrayBuffer);
        return new Response(bytes, {
          headers: {
            "Content-Type": "application/octet-stream",
            "Cache-Control": "private, max-age=31536000, immutable",
          },
        });
      },
    }),
    route({
      method: "get",
      path: "/api/artifacts/:digest/files/:file{.+}",
      summary: "One file of an artifact, as an attachment",
      scope: "session",
      handle: async ({ path }) => {
        const name = path.file ?? "";
        const file = found(await engine.file(path.digest ?? "", name), `file ${name} of ${path.digest}`);
        const shown = encodeURIComponent(name.slice(name.lastIndexOf("/") + 1));
        return new Response(file.stream, {
          headers: {
            "Content-Type": "application/octet-stream",
            "Content-Length": String(file.size),
            "Content-Disposition": `attachment; filename*=UTF-8''${shown}`,
            "Cache-Control": "private, max-age=31536000, immutable",
          },
        });
      },
    }),
  ];
}
