// The server's rules 1-6 over every route: generated from the published route list, driven over real HTTP with forged headers.
import { readdirSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type TestServer } from "../machine/server.ts";

let server: TestServer;
let cookie: string;
let routes: { method: string; path: string; type: string }[];

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

function send(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  // Node frames no body on DELETE by itself.
  const framing = body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, method, path, headers: { ...headers, ...framing }, setHost: headers.Host === undefined },
      (incoming) => {
        let text = "";
        incoming.on("data", (piece: Buffer) => (text += piece.toString()));
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }));
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const own = () => ({ Origin: server.url, "Content-Type": "application/json", Cookie: cookie });

beforeAll(async () => {
  server = await startServer();
  const opened = await send(
    "POST",
    "/api/session",
    { Origin: server.url, "Content-Type": "application/json" },
    JSON.stringify({ token: server.token }),
  );
  const [set = ""] = opened.headers["set-cookie"] ?? [];
  expect(set).toMatch(/HttpOnly/);
  expect(set).toMatch(/SameSite=Strict/);
  cookie = set.split(";", 1)[0] ?? "";
  const document: { paths: Record<string, Record<string, { requestBody?: { content: object } }>> } = JSON.parse(
    (await send("GET", "/api/openapi.json", own())).body,
  );
  routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, "x"),
      type: Object.keys(requestBody?.content ?? {})[0] ?? "application/json",
    })),
  );
  expect(routes.length).toBeGreaterThan(15);
});

afterAll(() => server.stop());

test("a rebound host is refused on every route, whatever else is right", async () => {
  const { port } = new URL(server.url);
  for (const { method, path } of [...routes, { method: "GET", path: "/" }]) {
    for (const host of [
      `evil.example:${port}`,
      "evil.example",
      "127.0.0.1",
      `127.0.0.1.evil.example:${port}`,
      `0.0.0.0:${port}`,
    ]) {
      const { status } = await send(
        method,
        path,
        { ...own(), Host: host, Origin: `http://${host}` },
        method === "GET" ? undefined : "{}",
      );
      expect(status, `${method} ${path} as ${host}`).toBe(403);
    }
  }
});

test("no route answers without a token, nor with a wrong one", async () => {
  for (const { method, path, type } of routes) {
    const { Cookie: _, ...mine } = own();
    const anonymous = { ...mine, "Content-Type": type };
    expect((await send(method, path, anonymous, method === "GET" ? undefined : "{}")).status, `${method} ${path}`).toBe(
      401,
    );
  }
  const forged = await send("GET", "/api/status", { ...own(), Cookie: "heddle_session=AAAA" });
  expect(forged.status).toBe(401);
});

test("what changes something needs the own origin and the route's type of body", async () => {
  for (const { method, path, type } of routes.filter((route) => route.method !== "GET")) {
    const { Origin: _, ...noOrigin } = own();
    expect((await send(method, path, noOrigin, "{}")).status, `${method} ${path} without origin`).toBe(403);
    for (const origin of [
      "https://evil.example",
      "null",
      server.url.replace("http:", "https:"),
      `${server.url}.evil.example`,
    ]) {
      expect(
        (await send(method, path, { ...own(), Origin: origin }, "{}")).status,
        `${method} ${path} from ${origin}`,
      ).toBe(403);
    }
    const simple = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""];
    const other = type === "application/json" ? "application/octet-stream" : "application/json";
    for (const wrong of [...simple, other]) {
      const { status } = await send(method, path, { ...own(), "Content-Type": wrong }, "{}");
      expect(status, `${method} ${path} as ${wrong}`).toBe(415);
    }
  }
});

test("methods that are not listed are refused, on known and unknown paths", async () => {
  for (const method of ["PATCH", "OPTIONS", "TRACE", "PROPFIND"]) {
    for (const { path } of routes) expect((await send(method, path, own())).status, `${method} ${path}`).toBe(405);
  }
  expect((await send("POST", "/api/nothing-here", own(), "{}")).status).toBe(404);
  expect((await send("DELETE", "/api/status", own(), "{}")).status).toBe(404);
});

test("a browser session may not use the command line's routes", async () => {
  const headless = routes.filter((route) => route.path.startsWith("/api/headless/"));
  expect(headless.length).toBeGreaterThan(0);
  for (const { method, path } of headless) {
    const body = JSON.stringify({ document: { heddle: 1, name: "x", nodes: {} }, directory: "/", request: {} });
    expect((await send(method, path, own(), body)).status, path).toBe(403);
  }
});

test("answers allow no other origin, no framing, no sniffing and no foreign script", async () => {
  for (const path of ["/", "/api/status", "/api/graphs/none", "/nowhere.js"]) {
    const { headers } = await send("GET", path, { ...own(), Origin: server.url });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["content-security-policy"]).toContain("default-src 'self'");
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  }
});

test("paths that leave the editor's files or an artifact are not answered", async () => {
  for (const path of [
    "/../package.json",
    "/%2e%2e/%2e%2e/package.json",
    "/..%2f..%2fpackage.json",
    "/api/artifacts/..%2f..%2fx/files/..%2f..%2fpackage.json",
  ]) {
    const { status, body } = await send("GET", path, own());
    expect(body, path).not.toContain('"workspaces"');
    expect([200, 400, 404], path).toContain(status);
  }
});

test("an upload lands beside its graph, under no other name", async () => {
  const made = await send(
    "POST",
    "/api/graphs",
    own(),
    JSON.stringify({ document: { heddle: 1, name: "x", nodes: {} } }),
  );
  const { id, directory }: { id: string; directory: string } = JSON.parse(made.body);
  const bytes = { ...own(), "Content-Type": "application/octet-stream" };
  const put = (name: string) => send("PUT", `/api/graphs/${id}/files/${name}`, bytes, '{"text":"a"}\n');
  expect(JSON.parse((await put("chats.jsonl")).body)).toEqual({ path: "chats.jsonl" });
  for (const name of ["..%2fevil.jsonl", ".hidden", "..", "%2e%2e", "a%5cb", "a%00b"]) {
    expect((await put(name)).status, name).not.toBe(200);
  }
  expect(readdirSync(directory)).toEqual(["chats.jsonl"]);
  expect(readdirSync(join(directory, ".."))).toEqual([id]);
});

test("guessing the token is slowed down after ten wrong ones", async () => {
  const headers = { Origin: server.url, "Content-Type": "application/json" };
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 12; attempt += 1)
    statuses.push((await send("POST", "/api/session", headers, '{"token":"guess"}')).status);
  expect(statuses[0]).toBe(401);
  expect(statuses.at(-1)).toBe(429);
});
