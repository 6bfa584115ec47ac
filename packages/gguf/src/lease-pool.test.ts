import { describe, expect, it } from "vitest";
import { leasePool } from "./lease-pool.ts";

describe("a lease pool", () => {
  it("lends in order of asking, and a waiter that is aborted does not keep its turn", async () => {
    const pool = leasePool(["only"]);
    const order: string[] = [];
    const first = await pool.take();
    const gone = new AbortController();
    const aborted = pool.take(gone.signal);
    const second = pool.take().then((lease) => {
      order.push("second");
      return lease;
    });
    const third = pool.take().then((lease) => {
      order.push("third");
      return lease;
    });
    gone.abort(new Error("left"));
    await expect(aborted).rejects.toThrow("left");
    first[Symbol.dispose]();
    (await second)[Symbol.dispose]();
    expect((await third).item).toBe("only");
    expect(order).toEqual(["second", "third"]);
    await expect(pool.take(AbortSignal.abort(new Error("late")))).rejects.toThrow("late");
  });
});
