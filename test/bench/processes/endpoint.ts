// A process of its own with the node endpoint in it, for synthesis.ts: tells where it answers, then, whenever asked, what it has spent since.
import type { Endpoint } from "@heddle/schema/node";
import { openEndpoint } from "../../machine/live-endpoint.ts";

export interface FromRelay {
  readonly endpoint: Endpoint;
  /** Milliseconds of processor time since the last message. */
  readonly cpuMs: number;
}

const base_url = process.argv[2] ?? "";
const key = "sk-of-the-benchmark";
let endpoint: Endpoint | undefined;
let before = process.cpuUsage();

async function opened(): Promise<Endpoint> {
  const params = { provider: "custom", base_url, model: "fake", api_key: "benchmark" } as const;
  const { url, model, headers } = (await openEndpoint(params, [new URL(base_url).host], key)).endpoint;
  return { url, model, headers };
}

process.on("message", async () => {
  endpoint ??= await opened();
  const { user, system } = process.cpuUsage(before);
  before = process.cpuUsage();
  process.send?.({ endpoint, cpuMs: (user + system) / 1000 } satisfies FromRelay);
});
process.on("disconnect", () => process.exit(0));
