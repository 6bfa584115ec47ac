// heddle start: the engine, its HTTP API and the editor on one loopback port, until it is told to stop.
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { createApp } from "../../api/app.ts";
import { bind } from "../../api/listen.ts";
import { openTokens } from "../../api/tokens.ts";
import { buildEditor } from "../../editor-build.ts";
import { openEngine } from "../../engine.ts";
import { clearAddress, homeOf, writeAddress } from "../../home.ts";
import type { Composition } from "../composition.ts";
import { UsageError } from "../graph-file.ts";

export interface StartOptions {
  readonly port: string;
  readonly host?: string;
  readonly open: boolean;
  readonly allow: readonly string[];
}

export async function start(
  { version, load }: Composition,
  { port, host = "127.0.0.1", open, allow }: StartOptions,
): Promise<void> {
  const wanted = Number(port);
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65535)
    throw new UsageError(`--port ${port}: write a number from 0 to 65535`);
  const server = await bind(host, wanted);
  const home = homeOf(process.env);
  const databaseUrl = process.env.DATABASE_URL || undefined;
  const building = buildEditor();
  const engine = await openEngine({
    home,
    databaseUrl,
    serve: true,
    roots: allow.map((directory) => resolve(directory)),
    ...(await load()),
  }).catch(async (error: unknown) => {
    await server.close();
    throw error;
  });
  const tokens = openTokens(join(home, "sessions.json"));
  server.serve(createApp({ engine, tokens, hosts: server.hosts, version, editor: await building }));
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${server.port}`;
  await writeAddress(home, { url, token: tokens.cli, pid: process.pid });
  const address = `${url}/#token=${tokens.launch}`;
  console.log(`Heddle is ready: ${address}`);
  if (open) openBrowser(address);

  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(130);
    stopping = true;
    void Promise.all([clearAddress(home), server.close(), engine.close()]).then(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

function openBrowser(address: string): void {
  const command = process.platform === "darwin" ? "open" : process.platform === "win32" ? "explorer" : "xdg-open";
  const child = spawn(command, [address], { stdio: "ignore", detached: true });
  // A machine without a browser is no fault: the address has been printed.
  child.on("error", () => console.log("no browser could be opened here: copy the address above"));
  child.unref();
}
