import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ServiceStart } from "@heddle/schema/node";
import type { Params } from "./spec.ts";

export const start: ServiceStart<Params> = async (context) => {
  const weight = new TextDecoder().decode(await context.files("model").read("parts/weight.txt"));
  const server = createServer((request, response) => {
    if (request.headers.authorization !== "Bearer secret") response.writeHead(401).end();
    else response.end(JSON.stringify({ path: request.url, weight, pid: process.pid }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    model: context.params.name,
    headers: { Authorization: "Bearer secret" },
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
};
