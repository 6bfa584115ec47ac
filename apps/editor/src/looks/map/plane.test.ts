import fc from "fast-check";
import { expect, test } from "vitest";
import { fitView, nearestRow, onScreen, rowsInside, rowTowards, zoomed } from "./plane.ts";

const coordinate = fc.float({ min: -1000, max: 1000, noNaN: true });
const cloud = fc
  .array(coordinate, { minLength: 2, maxLength: 60 })
  .map((values) => Float32Array.from(values.slice(0, values.length & ~1)));

test("every point is drawn inside the margin, whatever the cloud", () => {
  fc.assert(
    fc.property(cloud, (points) => {
      const view = fitView(points, 300, 200, 10);
      for (let row = 0; row * 2 < points.length; row += 1) {
        const { x, y } = onScreen(points, row, view);
        expect(x).toBeGreaterThan(9.5);
        expect(x).toBeLessThan(290.5);
        expect(y).toBeGreaterThan(9.5);
        expect(y).toBeLessThan(190.5);
      }
    }),
  );
});

test("zooming keeps the place under the pointer", () => {
  const points = Float32Array.of(1, 2, 3, 4);
  const view = fitView(points, 100, 100, 5);
  const before = onScreen(points, 1, view);
  expect(onScreen(points, 1, zoomed(view, 3, before))).toEqual(before);
});

const square = Float32Array.of(0, 0, 10, 0, 0, 10, 10, 10, NaN, NaN);
const view = { scale: 10, x: 0, y: 100 };

test("the nearest point within reach, the next one in a direction, and those inside a line", () => {
  expect(nearestRow(square, view, { x: 96, y: 98 }, 8)).toBe(1);
  expect(nearestRow(square, view, { x: 50, y: 50 }, 8)).toBeUndefined();
  expect(rowTowards(square, view, 0, [1, 0])).toBe(1);
  expect(rowTowards(square, view, 0, [0, -1])).toBe(2);
  expect(rowTowards(square, view, 0, [-1, 0])).toBeUndefined();
  const upperLeft = [
    { x: -5, y: 120 },
    { x: -5, y: -5 },
    { x: 120, y: -5 },
  ];
  expect(rowsInside(square, view, upperLeft)).toEqual([0, 2, 3]);
});
