// The HTTP application: guard, session, the route list, the OpenAPI document and the editor's files. Serving it on a port is listen.ts.
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { setCookie } from "hono/cookie";
import { serveStatic } from "@hono/node-server/serve-static";
import { z } from "zod";
import { statusResponse } from "@heddle/schema/api";
import { GraphInvalid, type Engine } from "../engine.ts";
import { guard, isUpload, protectiveHeaders, sessionCookie, type GuardEnv } from "./guard.ts";
import { openApiDocument } from "./openapi.ts";
import { RequestError, route, type Route } from "./route.ts";
import { artifactRoutes } from "./routes/artifacts.ts";
import { graphRoutes } from "./routes/graphs.ts";
import { headlessRoutes } from "./routes/headless.ts";
import { runRoutes } from "./routes/runs.ts";
import { secretRoutes } from "./routes/secrets.ts";
import { liveRoutes } from "./routes/services.ts";
import type { Tokens } from "./tokens.ts";

const largestBody = 64 * 1024 * 1024;

const tooLarge = (c: Context) => c.json({ error: "the body is larger than 64 MiB" }, 413);

export interface AppOptions {
  readonly engine: Engine;
  readonly tokens: Tokens;
  readonly hosts: ReadonlySet<string>;
  readonly version: string;
  /** Directory of the built editor. */
  readonly editor: string;
}

export function apiRoutes(engine: Engine): Route[] {
  return [
    route({
      method: "get",
      path: "/api/status",
      summary: "Version, home, database and engines",
      scope: "session",
      response: statusResponse,
      handle: () => engine.status(),
    }),
    ...graphRoutes(engine),
    ...runRoutes(engine),
    ...artifactRoutes(engine),
    ...liveRoutes(engine),
    ...secretRoutes(engine),
    ...headlessRoutes(engine),
  ];
}

export function createApp({ engine, tokens, hosts, version, editor }: AppOptions): Hono<GuardEnv> {
  const app = new Hono<GuardEnv>();
  app.use(protectiveHeaders);
  app.use(guard({ hosts, tokens }));
  const limit = bodyLimit({ maxSize: largestBody, onError: tooLarge });
  app.use((c, next) => (isUpload(c.req.method, c.req.path) ? next() : limit(c, next)));
  app.onError((error, c) => answerError(error, c));

  const sessionBody = z.strictObject({ token: z.string().min(1).max(200) });
  app.post("/api/session", async (c) => {
    if (!tokens.mayTry()) return c.json({ error: "too many wrong tokens: wait a minute" }, 429);
    const body = sessionBody.safeParse(await readJson(c));
    const secret = body.success ? tokens.openSession(body.data.token) : undefined;
    if (secret === undefined)
      return c.json({ error: "this token is not the server's: open the address that it printed" }, 401);
    setCookie(c, sessionCookie, secret, { httpOnly: true, sameSite: "Strict", path: "/", maxAge: 30 * 86_400 });
    return c.json({});
  });

  const routes = apiRoutes(engine);
  for (const entry of routes) app.on(entry.method.toUpperCase(), entry.path, (c) => answer(entry, c));
  app.get("/api/openapi.json", (c) => c.json(openApiDocument(routes, version)));
  app.all("/api/*", (c) => c.json({ error: `there is no ${c.req.method} ${c.req.path}` }, 404));

  // Vite names every asset by its content, so only the page itself must be asked for again.
  app.use("/assets/*", async (c, next) => {
    await next();
    c.header("Cache-Control", "public, max-age=31536000, immutable");
  });
  app.get("*", serveStatic({ root: editor }));
  app.get("*", async (c, next) => {
    c.header("Cache-Control", "no-cache");
    return serveStatic({ root: editor, path: "index.html" })(c, next);
  });
  return app;
}

async function answer(entry: Route, c: Context<GuardEnv>): Promise<Response> {
  if (entry.scope === "cli" && c.get("scope") !== "cli")
    return c.json({ error: "only the command line may ask for this" }, 403);
  const query = entry.query?.safeParse(c.req.query());
  if (query?.success === false) return c.json({ error: sentence("query", query.error) }, 400);
  const body = entry.body?.safeParse(await readJson(c));
  if (body?.success === false) return c.json({ error: sentence("body", body.error) }, 400);
  const result = await entry.handle({
    path: c.req.param() as Record<string, string>,
    query: query?.data,
    body: body?.data,
    signal: c.req.raw.signal,
    header: (name) => c.req.header(name),
    bytes: c.req.raw.body ?? new Blob([]).stream(),
  });
  return result instanceof Response ? result : Response.json(result);
}

async function readJson(c: Context): Promise<unknown> {
  try {
    return await c.req.json();
  } catch (error) {
    // The engine's message quotes the body, in which there may be a secret.
    const why = error instanceof Error ? error.message.replace(/,? ?(?:\.\.\.)?"[^]*$/, "") : "";
    throw new RequestError(400, `the body is not JSON: ${why}`);
  }
}

function sentence(where: string, error: z.ZodError): string {
  const [first] = error.issues;
  const place = first === undefined ? where : [where, ...first.path.map(String)].join(".");
  return `${place}: ${first?.message ?? "not valid"}`;
}

function answerError(error: Error, c: Context): Response {
  if (error instanceof RequestError) return c.json({ error: error.message, ...error.details }, error.status);
  if (error instanceof GraphInvalid) return c.json({ error: "the graph is not valid", issues: error.issues }, 422);
  return c.json({ error: error.message }, 500);
}
