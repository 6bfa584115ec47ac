// What is posted over kept connections is held to the rules of fetch.ts; its corpus of refused addresses is asked both ways in fetch.test.ts.
import { createServer, type RequestListener, type Server } from "node:http";
import { text } from "node:stream/consumers";
import type { OutboundBody, OutboundPost, PostAnswer } from "@heddle/schema/node";
import { afterEach, expect, test } from "vitest";
import { hubAccess } from "./fetch.ts";
import { outboundPost } from "./post.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<{ host: string; server: Server }> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port }: { port?: number } = Object(server.address());
  return { host: `127.0.0.1:${port}`, server };
}

const signal = new AbortController().signal;
const rules = (...allowed: string[]) => ({ allowed, signal, maxBytes: 1_000 });
const sent: OutboundBody = { headers: {}, body: Buffer.from('{"a":"ü"}'), patience_s: 5, signal };
const whole = async (answer: Promise<PostAnswer>) => text((await answer).body);

test("a body is posted byte for byte, with its length, over one connection", async () => {
  let connections = 0;
  const { host, server } = await serve(async (request, response) => {
    response.end(`${request.method} ${request.headers["content-length"]} ${await text(request)}`);
  });
  server.on("connection", () => connections++);
  const post = outboundPost(rules(host));
  for (let i = 0; i < 3; i++) {
    expect(await whole(post(`http://${host}/`, sent))).toBe('POST 10 {"a":"ü"}');
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(connections).toBe(1);
});

test("a connection that other rules allowed is not theirs to use", async () => {
  const { host } = await serve((_, response) => response.end("here"));
  const name = host.replace("127.0.0.1", "localhost");
  expect(await whole(outboundPost(rules(name))(`http://${name}/`, sent))).toBe("here");
  const strict = outboundPost(rules());
  for (const place of [host, name])
    await expect(strict(`http://${place}/`, sent)).rejects.toThrow(`HEDDLE_ALLOW_HOSTS=${place}`);
  await expect(strict("file:///etc/passwd", sent)).rejects.toThrow("only http and https are fetched");
});

test("it follows no redirect", async () => {
  const { host } = await serve((_, response) =>
    response.writeHead(307, { location: "http://elsewhere.example/" }).end(),
  );
  await expect(outboundPost(rules(host))(`http://${host}/`, sent)).rejects.toThrow(
    "redirects to http://elsewhere.example/, and a body is sent to the address that was written only",
  );
});

test("the Hub's token goes to the Hub's origin only", async () => {
  const { host: hub } = await serve((request, response) => response.end(request.headers.authorization ?? "nobody"));
  const { host: other } = await serve((request, response) => response.end(request.headers.authorization ?? "nobody"));
  const access = hubAccess({ HF_ENDPOINT: `http://${hub}`, HF_TOKEN: "hf_mine" });
  const post = outboundPost({ ...rules(hub, other), hub: access });
  expect(await whole(post(`http://${hub}/`, sent))).toBe("Bearer hf_mine");
  expect(await whole(post(`http://${other}/`, sent))).toBe("nobody");
});

test("a body over the cap is stopped", async () => {
  const { host } = await serve((_, response) => response.end("x".repeat(2_000)));
  await expect(whole(outboundPost(rules(host))(`http://${host}/`, sent))).rejects.toThrow("more than 1000 bytes");
});

test("silence has an end, before an answer and within one", async () => {
  const { host } = await serve((request, response) => {
    if (request.url === "/begins") response.write("begun");
  });
  const post = outboundPost(rules(host));
  const hasty = { ...sent, patience_s: 0.1 };
  await expect(post(`http://${host}/`, hasty)).rejects.toThrow("no answer for 0.1 s");
  await expect(whole(post(`http://${host}/begins`, hasty))).rejects.toThrow("no answer for 0.1 s");
});

test("it stops with its own signal, and with everything else that the rules let out", async () => {
  const { host } = await serve((request, response) => {
    if (request.url === "/begins") response.write("begun");
  });
  const under = async (stop: AbortController, post: OutboundPost, mine: AbortSignal) => {
    const [waiting, begun] = [post(`http://${host}/`, { ...sent, signal: mine }), post(`http://${host}/begins`, sent)];
    await begun;
    stop.abort(new Error("not wanted any more"));
    return waiting;
  };
  const one = new AbortController();
  await expect(under(one, outboundPost(rules(host)), one.signal)).rejects.toThrow("not wanted any more");
  const all = new AbortController();
  const post = outboundPost({ ...rules(host), signal: all.signal });
  await expect(under(all, post, signal)).rejects.toThrow(`http://${host}/: `);
  await expect(post(`http://${host}/`, sent)).rejects.toThrow("not wanted any more");
});

test("a kept connection that the server closes as it is taken again costs no request", async () => {
  const answered = new WeakSet<object>();
  const { host } = await serve((request, response) => {
    if (answered.has(request.socket)) return request.socket.destroy();
    answered.add(request.socket);
    return response.end("here");
  });
  const post = outboundPost(rules(host));
  for (let i = 0; i < 3; i++) {
    expect(await whole(post(`http://${host}/`, sent))).toBe("here");
    await new Promise((resolve) => setImmediate(resolve));
  }
});
