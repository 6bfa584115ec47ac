import { createServer } from "node:http";
import type { ServiceStart } from "@heddle/schema/node";
import type { Params } from "./spec.ts";

export const start: ServiceStart<Params> = async ({ params, secret }) => {
  const value = await secret(params.key);
  console.error(`held ${value}`);
  const server = createServer((_, response) => response.end(JSON.stringify({ length: value.length })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port }: { port?: number } = Object(server.address());
  return {
    url: `http://127.0.0.1:${port}/v1`,
    model: "keeper",
    headers: {},
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
