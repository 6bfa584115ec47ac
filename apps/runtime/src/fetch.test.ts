import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { allowedHosts, hubAccess, isPublic, noFetch, outboundFetch } from "./fetch.ts";
import { outboundPost } from "./post.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const fetcher = (...allowed: string[]) =>
  outboundFetch({ allowed, signal: AbortSignal.timeout(5_000), maxBytes: 1_000 });

test.each([
  "http://127.0.0.1/",
  "http://localhost/",
  "http://2130706433/",
  "http://0x7f.1/",
  "http://0177.0.0.1/",
  "http://127.1/",
  "http://0.0.0.0/",
  "http://[::1]/",
  "http://[::]/",
  "http://[::ffff:127.0.0.1]/",
  "http://[::ffff:a9fe:a9fe]/",
  "http://[fe80::1]/",
  "http://[fd00::1]/",
  "http://[2002:7f00:1::]/",
  "http://[64:ff9b::7f00:1]/",
  "http://169.254.169.254/latest/meta-data/",
  "http://10.1.2.3/",
  "http://172.16.0.1/",
  "http://192.168.1.1/",
  "http://100.64.0.1/",
])("%s is refused", async (url) => {
  const refusal = /not a public address; allow it with HEDDLE_ALLOW_HOSTS=/;
  await expect(fetcher()(url)).rejects.toThrow(refusal);
  const { signal } = new AbortController();
  const post = outboundPost({ allowed: [], signal });
  const sent = { headers: {}, body: new Uint8Array(1), patience_s: 5, signal };
  await expect(post(url, sent)).rejects.toThrow(refusal);
});

test("schemes other than http are refused", async () => {
  await expect(fetcher()("file:///etc/passwd")).rejects.toThrow("only http and https are fetched");
});

test("public addresses are public", () => {
  expect(["8.8.8.8", "172.32.0.1", "2606:4700::1111"].map(isPublic)).toEqual([true, true, true]);
});

test("an allowed host answers with status, headers and body", async () => {
  const host = await serve((request, response) => {
    response.writeHead(206, { "content-range": "bytes 0-4/9", etag: '"x"' });
    response.end(`${request.method} ${request.headers["range"]}`);
  });
  const response = await fetcher(host)(`http://${host}/file`, { headers: { range: "bytes=0-4" } });
  expect([response.status, response.headers.get("etag"), response.url]).toEqual([206, '"x"', `http://${host}/file`]);
  expect(await response.text()).toBe("GET bytes=0-4");
  const head = await fetcher(host)(`http://${host}/file`, { method: "HEAD" });
  expect(await head.text()).toBe("");
});

test("a redirect is checked as the first address was, and credentials stay with their origin", async () => {
  const inner = await serve((request, response) => response.end(request.headers.authorization ?? "nobody"));
  const outer = await serve((_, response) => response.writeHead(302, { location: `http://${inner}/secret` }).end());
  await expect(fetcher(outer)(`http://${outer}/`)).rejects.toThrow(`HEDDLE_ALLOW_HOSTS=${inner}`);
  const headers = { Authorization: "Bearer mine" };
  const followed = await fetcher(outer, inner)(`http://${outer}/`, { headers });
  expect(await followed.text()).toBe("nobody");
});

test("redirects in a circle end", async () => {
  const host = await serve((_, response) => response.writeHead(302, { location: "/" }).end());
  await expect(fetcher(host)(`http://${host}/`)).rejects.toThrow("more than 5 redirects");
});

test("a body over the cap is stopped", async () => {
  const host = await serve((_, response) => response.end("x".repeat(2_000)));
  const response = await fetcher(host)(`http://${host}/`);
  await expect(response.text()).rejects.toThrow("more than 1000 bytes");
});

test("the environment names the hosts that may be private", () => {
  const environment = { HEDDLE_ALLOW_HOSTS: "gpu:8000, box", HF_ENDPOINT: "http://127.0.0.1:9000/hub" };
  expect(allowedHosts(environment)).toEqual(["gpu:8000", "box", "127.0.0.1:9000"]);
});

test("before a run the network is off", async () => {
  await expect(noFetch("http://example.org/")).rejects.toThrow("the network is not used before a run");
});

test("the Hub's token goes to the Hub's origin, and never along a redirect", async () => {
  const other = await serve((request, response) => response.end(request.headers.authorization ?? "nobody"));
  const hub = await serve((request, response) => {
    if (request.url === "/away") response.writeHead(302, { location: `http://${other}/` }).end();
    else response.end(request.headers.authorization ?? "nobody");
  });
  const access = hubAccess({ HF_ENDPOINT: `http://${hub}/mirror/`, HF_TOKEN: " hf_mine\n" });
  const get = outboundFetch({ allowed: [hub, other], hub: access, signal: AbortSignal.timeout(5_000) });
  const text = async (url: string) => (await get(url)).text();
  expect(await text(`http://${hub}/file`)).toBe("Bearer hf_mine");
  expect(await text(`http://${hub}/away`)).toBe("nobody");
  expect(await text(`http://${other}/file`)).toBe("nobody");
  expect(hubAccess({ HF_ENDPOINT: `http://${hub}`, HF_TOKEN: "" })).toBeUndefined();
});

test("a body that nobody reads ends nothing when the fetch is stopped", async () => {
  const host = await serve((_, response) => response.writeHead(401).end());
  const stop = new AbortController();
  const get = outboundFetch({ allowed: [host], signal: stop.signal });
  const [unread, givenUp] = [await get(`http://${host}/`), await get(`http://${host}/`)];
  await givenUp.body?.cancel();
  const uncaught: unknown[] = [];
  const note = (error: unknown) => uncaught.push(error);
  process.once("uncaughtException", note);
  stop.abort();
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off("uncaughtException", note);
  expect([unread.status, uncaught]).toEqual([401, []]);
});

test("a body is posted with its length, and the answer streams while the server still writes", async () => {
  const waiting = Promise.withResolvers<void>();
  const host = await serve(async (request, response) => {
    let body = "";
    for await (const piece of request) body += String(piece);
    response.write(`${request.method} ${request.headers["content-length"]} ${body}`);
    await waiting.promise;
    response.end(" end");
  });
  const response = await fetcher(host)(`http://${host}/`, { method: "POST", body: '{"a":"ü"}' });
  let text = "";
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    waiting.resolve();
  }
  expect(text).toBe('POST 10 {"a":"ü"} end');
});

test("a body follows no redirect", async () => {
  const host = await serve((_, response) => response.writeHead(307, { location: "http://elsewhere.example/" }).end());
  await expect(fetcher(host)(`http://${host}/`, { method: "POST", body: "{}" })).rejects.toThrow(
    "a body is sent to the address that was written only",
  );
});

test("one request has its own signal and its own patience", async () => {
  const host = await serve(() => {});
  const get = fetcher(host);
  const stop = new AbortController();
  const stopped = get(`http://${host}/`, { signal: stop.signal });
  stop.abort(new Error("not wanted any more"));
  await expect(stopped).rejects.toThrow("not wanted any more");
  await expect(get(`http://${host}/`, { patience_s: 0.05 })).rejects.toThrow("no answer for 0.05 s");
});

test("localhost is tried under all its addresses", async () => {
  const host = await serve((_, response) => response.end("here"));
  const local = host.replace("127.0.0.1", "localhost");
  expect(await (await fetcher(local)(`http://${local}/`)).text()).toBe("here");
});
