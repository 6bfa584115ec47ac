// A preview over small nodes of the test's own: what runs again after an edit, what is stopped, what is asked of the runtime.
import type { Graph } from "@heddle/schema/graph";
import { columnOf, rowsOf } from "@heddle/schema/column";
import { defineNode, NeedsRuntime, type Catalogue, type NodeSpec } from "@heddle/schema/node";
import { rowsType, type PortType } from "@heddle/schema/type";
import { expect, test } from "vitest";
import { z } from "zod";
import { createPreviewer, type PreviewState, type Sampled } from "./preview.ts";
import type { Artifact, RunModule } from "./workshop.ts";

const numbers = rowsType({ n: { kind: "int" } });
const takes = { rows: { summary: "numbers", accepts: () => rowsType({ n: { kind: "int" } }, true) } };
const gives = { rows: { summary: "numbers", type: numbers } };
const about = { category: "Data", determinism: "pure", outputs: gives } as const;

const specs: Readonly<Record<string, NodeSpec>> = {
  source: defineNode({ ...about, title: "Source", summary: "", shape: "whole", params: z.object({}), inputs: {} }),
  counter: defineNode({ ...about, title: "Counter", summary: "", shape: "whole", params: z.object({}), inputs: {} }),
  add: defineNode({
    ...about,
    title: "Add",
    summary: "",
    shape: "map",
    params: z.object({ by: z.int().default(1) }),
    inputs: takes,
  }),
  parity: defineNode({ ...about, title: "Parity", summary: "", shape: "map", params: z.object({}), inputs: takes }),
  slow: defineNode({
    ...about,
    title: "Slow",
    summary: "",
    shape: "whole",
    params: z.object({ ms: z.int().default(0) }),
    inputs: takes,
    preview: "asked",
  }),
  remote: defineNode({ ...about, title: "Remote", summary: "", shape: "whole", params: z.object({}), inputs: takes }),
};
const catalogue: Catalogue = new Map(Object.entries(specs));

function table(values: readonly number[], type: PortType = numbers): Artifact {
  const columns = { n: columnOf({ kind: "int" }, values) };
  return { type, digest: `of ${values.join()}`, batches: [{ length: values.length, columns }], of: values.length };
}

interface Bench {
  readonly ran: string[];
  readonly stopped: string[];
  readonly states: Map<string, PreviewState>;
  readonly asked: string[];
  settled(node: string): Promise<PreviewState>;
}

function bench(sample: (node: string) => Sampled) {
  const states = new Map<string, PreviewState>();
  const ran: string[] = [];
  const stopped: string[] = [];
  const asked: string[] = [];
  const mapped = (name: string, change: (value: number, by: number) => number): RunModule => ({
    open: ({ params }) => ({
      reads: ["n"],
      process({ columns, length }) {
        ran.push(name);
        const values = Array.from({ length }, (_, row) =>
          change(Number(columns["n"]?.at(row)), Number(params["by"] ?? 0)),
        );
        return { rows: { set: { n: columnOf({ kind: "int" }, values) } } };
      },
    }),
  });
  const modules: Readonly<Record<string, RunModule>> = {
    add: mapped("add", (value, by) => value + by),
    parity: mapped("parity", (value) => Math.abs(value % 2)),
    counter: {
      async run(context) {
        const out = context.outRows("rows", { columns: { n: { kind: "int" } }, open: false });
        for (let at = 0; ; at += 10) {
          ran.push("counter");
          const values = Array.from({ length: 10 }, (_, i) => at + i);
          await out.write({ length: 10, columns: { n: columnOf({ kind: "int" }, values) } });
        }
      },
    },
    slow: {
      async run({ params, signal, rows, outRows, progress }) {
        ran.push("slow");
        signal.addEventListener("abort", () => stopped.push("slow"));
        progress(0, 1, "steps");
        await new Promise((done) => setTimeout(done, Number(params["ms"])));
        const out = outRows("rows", { columns: { n: { kind: "int" } }, open: false });
        for await (const batch of rows("rows").batches()) await out.write(batch);
      },
    },
    remote: { run: () => Promise.reject(new NeedsRuntime("it asks an endpoint")) },
  };
  const previewer = createPreviewer({
    catalogue,
    rows: 25,
    implementation: "test",
    module: (type) => (modules[type] ? async () => modules[type]! : undefined),
    async sample(_, node) {
      asked.push(node);
      return sample(node);
    },
    tell(node, state) {
      told = performance.now();
      states.set(node, state);
    },
    sign() {},
  });
  let told = performance.now();
  /** When nothing has been told for a while. */
  const settled = async (node: string): Promise<PreviewState> => {
    told = performance.now();
    await expect.poll(() => performance.now() - told, { interval: 5 }).toBeGreaterThan(150);
    return states.get(node)!;
  };
  const found: Bench = { ran, stopped, states, asked, settled };
  return { previewer, ...found };
}

function graphOf(nodes: Graph["nodes"]): Graph {
  return { heddle: 1, name: "test", nodes };
}

const chain = (by: number) =>
  graphOf({
    source: { type: "source" },
    first: { type: "add", in: { rows: "source.rows" }, params: { by } },
    odd: { type: "parity", in: { rows: "first.rows" } },
    last: { type: "add", in: { rows: "odd.rows" }, params: { by: 10 } },
  });

function values(state: PreviewState | undefined): unknown[] {
  if (state?.kind !== "ready") throw new Error(`nothing is ready: ${JSON.stringify(state)}`);
  return (state.outputs["rows"]?.batches ?? []).flatMap((batch) => rowsOf(batch).map((row) => row["n"]));
}

const fromRuntime = (node: string): Sampled =>
  node === "source" ? { outputs: { rows: table([1, 2, 3]) } } : { reason: "run it once" };

test("an edit runs what it changes, and no further than the results differ", async () => {
  const { previewer, ran, states, settled } = bench(fromRuntime);
  previewer.show(chain(1), {});
  await settled("last");
  expect(values(states.get("last"))).toEqual([10, 11, 10]);
  expect(ran).toEqual(["add", "parity", "add"]);
  previewer.show(chain(3), {});
  await settled("last");
  expect(values(states.get("first"))).toEqual([4, 5, 6]);
  // The parities are the same, so what is below them is not computed again.
  expect(ran.slice(3)).toEqual(["add", "parity"]);
  previewer.show(chain(1), {});
  await settled("last");
  expect(ran).toHaveLength(5);
  expect(states.get("last")).toMatchObject({ kind: "ready", of: 3 });
});

test("a source that runs here stops at the rows that are wanted", async () => {
  const { previewer, ran, settled } = bench(fromRuntime);
  previewer.show(graphOf({ counter: { type: "counter" } }), {});
  const state = await settled("counter");
  expect(values(state)).toHaveLength(30);
  expect(ran).toHaveLength(3);
  expect(state).toMatchObject({ of: 30 });
});

const waits = (ms: number) =>
  graphOf({ source: { type: "source" }, slow: { type: "slow", in: { rows: "source.rows" }, params: { ms } } });

test("what takes long waits to be asked, and an edit stops it", async () => {
  const { previewer, ran, stopped, states, settled } = bench(fromRuntime);
  previewer.show(waits(60_000), {});
  expect(await settled("slow")).toEqual({ kind: "asked" });
  expect(ran).toEqual([]);
  previewer.ask("slow");
  await expect.poll(() => ran).toEqual(["slow"]);
  expect(states.get("slow")).toEqual({ kind: "running" });
  previewer.show(waits(0), {});
  expect(await settled("slow")).toEqual({ kind: "asked" });
  expect(stopped).toEqual(["slow"]);
  previewer.ask("slow");
  await expect.poll(() => states.get("slow")?.kind).toBe("ready");
});

test("what was asked for can be stopped", async () => {
  const { previewer, stopped, states, settled } = bench(fromRuntime);
  previewer.show(waits(60_000), {});
  await settled("slow");
  previewer.ask("slow");
  await expect.poll(() => states.get("slow")?.kind).toBe("running");
  previewer.leave("slow");
  expect(await settled("slow")).toEqual({ kind: "asked" });
  expect(stopped).toEqual(["slow"]);
});

test("what an endpoint or the network is needed for is said in one sentence", async () => {
  const { previewer, asked, settled } = bench(fromRuntime);
  previewer.show(graphOf({ source: { type: "source" }, remote: { type: "remote", in: { rows: "source.rows" } } }), {});
  expect(await settled("remote")).toEqual({ kind: "none", sentence: "it asks an endpoint" });
  expect(asked).toEqual(["source", "remote"]);
});

test("a sample that does not fit is a failure of the node it does not fit", async () => {
  const words = table([1], rowsType({ n: { kind: "string" } }));
  const { previewer, settled } = bench(() => ({ outputs: { rows: words } }));
  previewer.show(chain(1), {});
  expect(await settled("first")).toMatchObject({ kind: "failed", sentence: expect.stringContaining("string") });
  expect(await settled("odd")).toMatchObject({ kind: "ready" });
});
