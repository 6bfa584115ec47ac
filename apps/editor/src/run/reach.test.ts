import type { Reach } from "@heddle/schema/api";
import type { Graph } from "@heddle/schema/graph";
import { expect, test } from "vitest";
import type { Origin } from "./origins.ts";
import { questionOf } from "./question.ts";
import {
  addressKeys,
  hostLines,
  isAsking,
  listed,
  missingKeys,
  nowhere,
  reachWords,
  summary,
  within,
} from "./reach.ts";

const reach: Reach = {
  hosts: [
    { host: "127.0.0.1:4010", nodes: ["judge", "local"], private: true, allowed: false },
    { host: "api.openai.com", nodes: ["theirs"], private: false, allowed: true },
    { host: "nas.lan", nodes: ["rows"], private: true, allowed: true },
  ],
  secrets: [
    {
      name: "openai",
      nodes: ["judge", "theirs"],
      hosts: ["127.0.0.1:4010", "api.openai.com"],
      known: true,
      asks: ["127.0.0.1:4010"],
      allowed: false,
    },
    {
      name: "later",
      nodes: ["theirs"],
      hosts: ["api.openai.com"],
      known: false,
      asks: ["api.openai.com"],
      allowed: false,
    },
  ],
};

test("a line for each host says where it is, which keys go there, and what of it is not agreed to", () => {
  expect(hostLines(reach)).toEqual([
    {
      host: "127.0.0.1:4010",
      where: "on this machine",
      nodes: ["judge", "local"],
      keys: ["openai"],
      asksHost: true,
      asksKeys: ["openai"],
    },
    {
      host: "api.openai.com",
      where: "public",
      nodes: ["theirs"],
      keys: ["openai", "later"],
      asksHost: false,
      asksKeys: ["later"],
    },
    { host: "nas.lan", where: "in this network", nodes: ["rows"], keys: [], asksHost: false, asksKeys: [] },
  ]);
  expect(missingKeys(reach)).toEqual([{ name: "later", nodes: ["theirs"], hosts: ["api.openai.com"] }]);
});

test.each([
  ["localhost:11434", "on this machine"],
  ["models.localhost", "on this machine"],
  ["[::1]:80", "on this machine"],
  ["127.9.9.9", "on this machine"],
  ["gpu-box:8000", "in this network"],
  ["10.0.0.7", "in this network"],
  ["127.example:80", "in this network"],
])("%s is %s", (host, where) => {
  const [line] = hostLines({ hosts: [{ host, nodes: ["a"], private: true, allowed: false }], secrets: [] });
  expect(line?.where).toBe(where);
});

test("what some nodes reach leaves out hosts that a key goes to from others", () => {
  const { hosts, secrets } = within(reach, new Set(["theirs"]));
  expect(hosts.map(({ host }) => host)).toEqual(["api.openai.com"]);
  expect(secrets[0]).toMatchObject({ name: "openai", hosts: ["api.openai.com"], asks: [], allowed: true });
  expect(within(reach, new Set(["local"])).secrets).toEqual([]);
});

test("a key that holds an address itself is named", () => {
  const secrets = [{ name: "pg", nodes: ["a"], hosts: [], known: true, asks: [], allowed: true }];
  const keys = addressKeys({ hosts: [], secrets });
  expect(keys).toEqual([{ name: "pg", nodes: ["a"], hosts: [] }]);
  expect(summary(2, [], keys)).toBe("Runs 2 nodes, asks where key pg says.");
  expect(reachWords({ hosts: [], secrets }, "a")).toBe("Uses key pg.");
  expect(addressKeys(reach)).toEqual([]);
});

test("words", () => {
  const lines = hostLines(within(reach, new Set(["judge", "rows"])));
  expect(summary(11, lines, [])).toBe("Runs 11 nodes, asks 127.0.0.1:4010 with key openai and nas.lan.");
  expect(summary(1, [], [])).toBe("Runs 1 node and reaches nothing outside of this machine.");
  expect(reachWords(reach, "theirs")).toBe("Reaches api.openai.com with keys openai and later.");
  expect(reachWords(reach, "elsewhere")).toBeUndefined();
  expect(listed(["a", "b", "c", "d", "e"])).toBe("a, b, c and 2 more");
});

const node = (...from: string[]) => ({ type: "x", in: { rows: from.map((id) => `${id}.rows`) } });
const graph: Graph = {
  heddle: 1,
  name: "x",
  nodes: { rows: node(), judge: node("rows"), local: node(), theirs: node(), quiet: node() },
};
const ask = (to: string[], origin: Origin | undefined, hasRun = false, known = reach) =>
  questionOf({ to }, { graph, reach: known, origin }, () => Promise.resolve(hasRun));

test("one's own run asks only about what is new", async () => {
  expect(await ask(["quiet"], "own")).toBeUndefined();
  expect(await ask(["rows"], "own")).toBeUndefined();
  const question = await ask(["judge"], "own");
  expect(question).toMatchObject({ first: false, request: { to: ["judge"] } });
  expect([...(question?.nodes ?? [])].sort()).toEqual(["judge", "rows"]);
  expect([...(question?.hosts ?? [])]).toEqual(["127.0.0.1:4010"]);
  expect(await ask(["theirs"], "own")).toBeDefined();
});

test("the first run of a graph from elsewhere shows everything that it reaches, once", async () => {
  for (const origin of ["template", "imported", undefined] as const) {
    const question = await ask(["rows"], origin);
    expect(question?.first, origin).toBe(true);
    expect([...(question?.hosts ?? [])]).toEqual(["nas.lan"]);
    expect(await ask(["rows"], origin, true), `${origin}, again`).toBeUndefined();
  }
  expect(await ask(["quiet"], "imported")).toMatchObject({ first: true });
  expect(await ask(["quiet"], "template")).toBeUndefined();
  expect(await ask(["judge"], "imported", true)).toMatchObject({ first: false });
});

test("nothing outside, nothing asked", async () => {
  expect(await questionOf({}, { graph, reach: nowhere, origin: "own" }, () => Promise.reject(new Error("asked")))).toBe(
    undefined,
  );
  expect(hostLines(nowhere).some(isAsking)).toBe(false);
});
