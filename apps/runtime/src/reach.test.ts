import type { Graph } from "@heddle/schema/graph";
import { expect, test } from "vitest";
import { loadCatalogue } from "./catalogue.ts";
import { describeReach, isPrivateHost, reachesOf } from "./reach.ts";

test.each([
  ["localhost:11434", true],
  ["127.0.0.1:8000", true],
  ["[::1]:8000", true],
  ["gpu-box:8000", true],
  ["10.0.0.7", true],
  ["nas.local", true],
  ["models.lan:80", true],
  ["metadata.google.internal", true],
  ["169.254.169.254", true],
  ["api.openai.com", false],
  ["8.8.8.8:443", false],
  ["localhost.example.com", false],
])("%s is of this machine's network: %s", (host, expected) => {
  expect(isPrivateHost(host)).toBe(expected);
});

const { catalogue } = await loadCatalogue(new URL("../../../packages/nodes/", import.meta.url));
const graph: Graph = {
  heddle: 1,
  name: "x",
  nodes: {
    mine: { type: "endpoint", params: { provider: "ollama", model: "m" } },
    theirs: { type: "endpoint", params: { provider: "openai", model: "m", api_key: "openai" } },
    evil: {
      type: "endpoint",
      params: { provider: "openai", model: "m", api_key: "openai", base_url: "https://EVIL.example/v1" },
    },
    page: { type: "load-dataset", params: { path: "https://data.example/rows.jsonl" } },
    hub: { type: "load-model", params: { repo: "a/b" } },
    offline: { type: "endpoint" },
    broken: { type: "endpoint", params: { provider: "nobody" } },
    unknown: { type: "not-a-node" },
  },
};

test("hosts and secrets are read from params alone, those of nodes in error not", () => {
  expect(reachesOf(graph, catalogue)).toEqual([
    { node: "mine", hosts: ["127.0.0.1:11434"], secrets: [] },
    { node: "theirs", hosts: ["api.openai.com"], secrets: ["openai"] },
    { node: "evil", hosts: ["evil.example"], secrets: ["openai"] },
    { node: "page", hosts: ["data.example"], secrets: [] },
    { node: "hub", hosts: ["huggingface.co"], secrets: [] },
  ]);
});

test("what the user has agreed to is told apart from what is new", () => {
  const granted = { hosts: new Set(["127.0.0.1"]), secrets: new Map([["openai", new Set(["api.openai.com"])]]) };
  const { hosts, secrets } = describeReach(reachesOf(graph, catalogue), { ...granted, isKnown: () => true });
  expect(hosts.find(({ host }) => host === "127.0.0.1:11434")).toMatchObject({ private: true, allowed: true });
  expect(secrets).toEqual([
    {
      name: "openai",
      nodes: ["theirs", "evil"],
      hosts: ["api.openai.com", "evil.example"],
      known: true,
      asks: ["evil.example"],
      allowed: false,
    },
  ]);
});
