// The node `endpoint`, started in this process as the runtime starts it: with the guarded fetch and its post.
import { outboundFetch, type FetchRules } from "../../apps/runtime/src/fetch.ts";
import { outboundPost } from "../../apps/runtime/src/post.ts";
import { start } from "../../packages/nodes/endpoint/run.node.ts";
import { spec, type Params } from "../../packages/nodes/endpoint/spec.ts";
import type { LiveEndpoint } from "@heddle/schema/node";

export interface OpenedEndpoint {
  readonly endpoint: LiveEndpoint;
  /** What it logged. */
  readonly lines: readonly string[];
}

function absent(): never {
  throw new Error("an endpoint has no inputs");
}

/**
 * @param allowed hosts of this machine's network that it may reach
 * @param secret the value of every secret
 */
export async function openEndpoint(
  given: Partial<Params>,
  allowed: readonly string[],
  secret: string,
): Promise<OpenedEndpoint> {
  const lines: string[] = [];
  const rules: FetchRules = { allowed, signal: new AbortController().signal };
  const endpoint = await start({
    params: spec.params.parse(given),
    signal: rules.signal,
    threads: 1,
    types: { inputs: {}, outputs: {} },
    wired: () => false,
    fetch: outboundFetch(rules),
    post: outboundPost(rules),
    secret: async () => secret,
    files: absent,
    endpoint: absent,
    pipeline: absent,
    log: (line) => lines.push(line),
  });
  return { endpoint, lines };
}
