import fc from "fast-check";
import { expect, test } from "vitest";
import { broadcastShapes, divide, multiply, resolve, sum, type Dim } from "./dims.ts";

const values = new Map([
  ["B", 4],
  ["T", 12],
  ["K", 60],
]);
const dim = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.subarray(["B", "T", "K"]))
  .map(([factor, names]): Dim => multiply(factor, ...names));

test("arithmetic on dimensions is arithmetic on their values", () => {
  fc.assert(
    fc.property(dim, dim, (a, b) => {
      expect(resolve(multiply(a, b), values)).toBe(resolve(a, values) * resolve(b, values));
      expect(divide(multiply(a, b), b)).toBe(a);
      expect(multiply(a, b)).toBe(multiply(b, a));
    }),
  );
});

test("parts of a dimension add up to it", () => {
  fc.assert(
    fc.property(dim, fc.integer({ min: 1, max: 12 }), (whole, parts) => {
      const part = divide(multiply(whole, parts), parts);
      const each = divide(multiply(part, 2), 2);
      const total = Array.from({ length: parts - 1 }).reduce<Dim>((size) => sum(size, each), each);
      expect(total).toBe(multiply(whole, parts));
    }),
  );
  expect(sum("T/4", "T/4")).toBe("T/2");
  expect(sum("3*T/4", "T/4")).toBe("T");
});

test("shapes broadcast as in NumPy, with dimensions that may be 1", () => {
  expect(broadcastShapes(["B", 1, 4], [3, 1])).toEqual(["B", 3, 4]);
  expect(broadcastShapes(["1|B", 1, "T"], ["B", 2, "T"])).toEqual(["B", 2, "T"]);
  expect(() => broadcastShapes(["B"], ["T"])).toThrow("dimensions B and T do not broadcast");
  expect(() => sum("B", "T")).toThrow("dimensions B and T cannot be added");
  expect(() => resolve("B/8", values)).toThrow("dimension B/8 is not whole: 4/8");
});
