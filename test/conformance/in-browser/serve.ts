// Builds the page that runs examples and serves it on loopback, under the policy that the preview worker has.
import { readdir, readFile, rm, stat, mkdtemp } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, relative } from "node:path";
import { build } from "vite";
import { folderOf } from "../folders.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

export interface ExamplesServer extends AsyncDisposable {
  readonly url: string;
}

export async function serveExamples(): Promise<ExamplesServer> {
  const built = await mkdtemp(join(tmpdir(), "heddle-examples-"));
  await build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: "error",
    publicDir: join(import.meta.dirname, "../../../apps/editor/public"),
    build: { outDir: built, target: "esnext", assetsInlineLimit: 0, reportCompressedSize: false, minify: false },
  });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    response.setHeader("content-security-policy", "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'");
    answer(built, pathname, response).catch((error: Error) => response.writeHead(404).end(error.message));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await rm(built, { recursive: true });
    },
  };
}

async function answer(built: string, pathname: string, response: ServerResponse): Promise<void> {
  const [, kind, name = "", file] = pathname.split("/").map(decodeURIComponent);
  if (kind === "folder") {
    const folder = folderOf(name);
    response.end(file === undefined ? JSON.stringify(await listed(folder)) : await readFile(join(folder, file)));
    return;
  }
  const path = pathname === "/" ? "/index.html" : pathname;
  response.setHeader("content-type", types[extname(path)] ?? "application/octet-stream");
  response.end(await readFile(join(built, path)));
}

async function listed(folder: string): Promise<{ path: string; size: number }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.sort().map(async (path) => ({ path: relative(folder, path), size: (await stat(path)).size })),
  );
}
