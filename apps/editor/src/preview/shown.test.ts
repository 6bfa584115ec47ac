import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import type { NodePreview } from "./protocol.ts";
import { createShown } from "./shown.ts";

function preview(signature: number, state: NodePreview["state"]): NodePreview {
  return { signature, state, outputs: {}, metrics: {}, log: [] };
}

test("what a node had stands after an edit until it has the next, and not for long", async () => {
  const shown = createShown();
  const of = (id: string) => shown.store.getState().nodes[id];
  shown.take({ quick: preview(1, "ready"), slow: preview(2, "ready") });
  shown.hold();
  shown.take({ quick: preview(3, "running"), slow: preview(4, "running") });
  expect([of("quick")?.signature, of("slow")?.signature]).toEqual([1, 2]);
  shown.take({ quick: preview(3, "ready") });
  expect(of("quick")).toEqual(preview(3, "ready"));
  await expect.poll(() => shown.store.getState().held).toBe(false);
  expect(of("quick")).toEqual(preview(3, "ready"));
  expect(of("slow")).toEqual(preview(4, "running"));
});

test("a failure and having nothing are shown at once", () => {
  const shown = createShown();
  shown.take({ one: preview(1, "ready"), other: preview(2, "ready") });
  shown.hold();
  shown.take({ one: preview(3, "failed"), other: preview(4, "none") });
  expect(shown.store.getState().nodes).toEqual({ one: preview(3, "failed"), other: preview(4, "none") });
});

test("what was cleared does not come back", async () => {
  const shown = createShown();
  shown.take({ one: preview(1, "ready") });
  shown.hold();
  shown.take({ one: preview(2, "running") });
  shown.clear();
  await wait(300);
  expect(shown.store.getState()).toEqual({ nodes: {}, held: false });
});
