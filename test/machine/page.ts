// A page of the editor in a real browser: its own server, what went wrong on it, and where it sent requests.
import { chromium, type Browser, type Page } from "playwright-core";
import type { Graph } from "@heddle/schema/graph";
import { chromiumArguments, findChromium } from "./chromium.ts";
import { startServer, type TestServer } from "./server.ts";

export interface EditorPage extends AsyncDisposable {
  readonly page: Page;
  readonly server: TestServer;
  /** Errors of the page and of its workers, and what the content security policy refused. */
  readonly troubles: readonly string[];
  /** Requests that left the server's origin. */
  readonly foreign: readonly string[];
  /** Every address that the page and its workers asked for. */
  readonly requested: readonly string[];
  /** Stores a graph with files beside it and opens it. */
  open(document: Graph, files?: Readonly<Record<string, string>>): Promise<void>;
}

/** Undefined where there is no Chromium. */
export async function openEditorPage(args: readonly string[] = chromiumArguments): Promise<EditorPage | undefined> {
  const executablePath = findChromium();
  if (executablePath === undefined) return undefined;
  const server = await startServer();
  const browser: Browser = await chromium.launch({ executablePath, args: [...args] });
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const troubles: string[] = [];
  const foreign: string[] = [];
  const requested: string[] = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
  page.on("request", (request) => {
    requested.push(request.url());
    if (!request.url().startsWith(server.url) && !/^(?:blob|data):/.test(request.url())) foreign.push(request.url());
  });
  // The page trades the address's token for a cookie; before that nothing is answered.
  await Promise.all([
    page.waitForResponse(`${server.url}/api/session`, { timeout: 120_000 }),
    page.goto(server.address),
  ]);
  return {
    page,
    server,
    troubles,
    foreign,
    requested,
    async open(document, files = {}) {
      const id = await page.evaluate(store, { document: JSON.stringify({ document }), files });
      await page.goto(`${server.url}/g/${id}`);
      await page
        .locator(".node")
        .nth(Object.keys(document.nodes).length - 1)
        .waitFor({ timeout: 120_000 })
        .catch((cause: unknown) => {
          throw new Error(`the graph did not open: ${troubles.join("; ")}`, { cause });
        });
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await server.stop();
    },
  };
}

/** Runs in the page, which has the session's cookie. */
async function store({
  document,
  files,
}: {
  document: string;
  files: Readonly<Record<string, string>>;
}): Promise<string> {
  const created = await fetch("/api/graphs", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: document,
  });
  const { id }: { id: string } = await created.json();
  for (const [name, content] of Object.entries(files)) {
    const headers = { "content-type": "application/octet-stream" };
    await fetch(`/api/graphs/${id}/files/${encodeURIComponent(name)}`, { method: "PUT", headers, body: content });
  }
  return id;
}
