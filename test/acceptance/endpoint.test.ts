// Models behind an API as a user meets them: keys by name, on the command line and through a server, offline by default; the key is
// nowhere to be found afterwards.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { key, startProvider, wires, type ProviderServer } from "../machine/provider-servers.ts";
import {
  heddle,
  mainFile,
  root,
  startServer,
  temporaryHome,
  type CommandResult,
  type TestServer,
} from "../machine/server.ts";

const home = temporaryHome();
const folder = mkdtempSync(join(tmpdir(), "heddle-endpoint-"));
const printed: string[] = [];
let provider: ProviderServer;
let server: TestServer | undefined;

beforeAll(async () => {
  provider = await startProvider(wires.openai);
});
afterEach(async () => {
  await server?.stop({ keepHome: true });
  server = undefined;
});
afterAll(async () => {
  await provider[Symbol.asyncDispose]();
  rmSync(home, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

function graph(params: object): { file: string; document: object } {
  const document = {
    heddle: 1,
    name: "asking",
    nodes: {
      llm: { type: "endpoint", params },
      say: {
        type: "generate",
        in: { endpoint: "llm.endpoint" },
        params: { prompts: ["Who bakes?"], temperature: 0, max_tokens: 30, style: "chat" },
      },
    },
  };
  const file = join(folder, "asking.heddle.json");
  writeFileSync(file, JSON.stringify(document));
  return { file, document };
}

const remote = (model: string) => graph({ provider: "custom", base_url: provider.url, model, api_key: "provider-key" });

async function run(...args: string[]): Promise<CommandResult> {
  const result = await heddle(home, args, { HEDDLE_ALLOW_HOSTS: "" });
  printed.push(result.stdout, result.stderr);
  return result;
}

async function setSecret(name: string, value: string): Promise<string> {
  const child = spawn(process.execPath, [mainFile, "secret", "set", name], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: "", HEDDLE_HOME: home },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end(`${value}\n`);
  const said = (await Promise.all([text(child.stdout), text(child.stderr)])).join("");
  printed.push(said);
  return said;
}

test("offline: the built-in model answers, and again from the cache", async () => {
  const { file } = graph({});
  const first = await run("run", file);
  expect(first.stdout, first.stderr).toMatch(/say: done/);
  expect((await run("run", file)).stdout).toMatch(/llm: cached\nsay: cached/);
  expect((await run("explain", file)).stdout).not.toContain("talks to");
});

test("a key that is not there, then a wrong one, are said in one sentence", async () => {
  const { file } = remote("good");
  const explained = (await run("explain", file)).stdout;
  expect(explained).toContain(`talks to ${provider.host} (llm), in this machine's network`);
  expect(explained).toContain(`sends the secret provider-key to ${provider.host} (llm), which is not set`);
  expect((await run("run", file)).stdout).toContain(
    "llm: failed (there is no secret provider-key: add it with heddle secret set provider-key, or in the environment",
  );
  expect(await setSecret("provider-key", "sk-wrong-wrong-wrong")).toBe("the secret provider-key is stored\n");
  expect((await run("run", file)).stdout).toContain(
    "refuses the key in the secret provider-key (status 401: the key [key] is not valid)",
  );
});

test("with the right key it answers; what breaks tells no key", async () => {
  await setSecret("provider-key", key);
  const { file } = remote("good");
  const first = await run("run", file);
  expect(first.stdout, first.stderr).toMatch(/say: done/);
  const broken = await run("run", remote("broken").file);
  expect(broken.stdout).toMatch(/say: failed \(.*500.*we broke over \[key\]/);
  expect((await run("secret", "list")).stdout).toMatch(new RegExp(`^provider-key  \\S+  ${provider.host}\n$`));
});

test("through a server: secrets go through it, and a graph reaches this network only when it is allowed", async () => {
  server = await startServer(home, { HEDDLE_ALLOW_HOSTS: "" });
  const { url, token } = server;
  const json = { Origin: url, "Content-Type": "application/json" };
  const opened = await fetch(`${url}/api/session`, { method: "POST", headers: json, body: JSON.stringify({ token }) });
  const headers = { ...json, Cookie: opened.headers.get("set-cookie")?.split(";", 1)[0] ?? "" };
  const call = async (method: string, path: string, body: object = {}) => {
    const content = method === "GET" ? null : JSON.stringify(body);
    const answer = await (await fetch(url + path, { method, headers, body: content })).text();
    printed.push(answer);
    return JSON.parse(answer);
  };

  expect((await run("secret", "list")).stdout).toContain("provider-key");
  expect(await setSecret("provider-key", key)).toBe("the secret provider-key is stored\n");
  // The command line has agreed to the host before; here it is taken back.
  expect((await run("host", "list")).stdout).toBe(`${provider.host}\n`);
  await run("host", "forget", provider.host);
  const { document } = remote("patient");
  const { id } = await call("POST", "/api/graphs", { document });
  const { reach } = await call("POST", `/api/graphs/${id}/explain`);
  expect(reach).toMatchObject({
    hosts: [{ host: provider.host, private: true, allowed: false }],
    secrets: [{ name: "provider-key", known: true, allowed: true }],
  });
  const ended = async () => {
    const { id: started } = await call("POST", `/api/graphs/${id}/runs`, { to: ["llm"] });
    printed.push(await (await fetch(`${url}/api/runs/${started}/events`, { headers })).text());
    return (await call("GET", `/api/runs/${started}`)).steps[0];
  };
  expect(await ended()).toMatchObject({
    state: "failed",
    error: expect.stringContaining(`heddle host allow ${provider.host}`),
  });
  await call("PUT", `/api/hosts/${encodeURIComponent(provider.host)}`);
  expect(await ended()).toMatchObject({ state: "done" });
  const { services } = await call("GET", "/api/services");
  for (const service of services) await call("POST", `/api/services/${service.key}/start`);
  expect(await call("POST", `/api/services/${services[0].key}/stop`)).toMatchObject({ token: null });
  await call("DELETE", "/api/secrets/provider-key");
  expect(await call("GET", "/api/secrets")).toEqual([]);
});

test("the environment holds a key for a run without a store", async () => {
  const { file } = graph({ provider: "custom", base_url: provider.url, model: "good", api_key: "from-ci" });
  const result = await heddle(home, ["run", file], { HEDDLE_SECRET_FROM_CI: key });
  printed.push(result.stdout, result.stderr);
  expect(result.stdout, result.stderr).toMatch(/say: (done|cached)/);
});

test("the key is in no file of the home and in nothing that was printed or answered", () => {
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(50);
  for (const form of [key, encodeURIComponent(key), Buffer.from(key).toString("base64").slice(0, -4)]) {
    for (const { parentPath, name } of files) {
      const path = join(parentPath, name);
      expect(readFileSync(path).includes(form), path).toBe(false);
    }
    for (const said of printed) expect(said.includes(form), said).toBe(false);
  }
});
