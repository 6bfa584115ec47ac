import fc from "fast-check";
import { expect, test } from "vitest";
import { principal, seeded } from "./pca.ts";

/** Nine flowers of Fisher's iris data (1936), three of each kind. */
const iris = Float32Array.of(
  5.1,
  3.5,
  1.4,
  0.2,
  4.9,
  3.0,
  1.4,
  0.2,
  4.7,
  3.2,
  1.3,
  0.2,
  7.0,
  3.2,
  4.7,
  1.4,
  6.4,
  3.2,
  4.5,
  1.5,
  6.9,
  3.1,
  4.9,
  1.5,
  6.3,
  3.3,
  6.0,
  2.5,
  5.8,
  2.7,
  5.1,
  1.9,
  7.1,
  3.0,
  5.9,
  2.1,
);

const bothOf = (points: Float32Array) =>
  Array.from({ length: points.length / 2 }, (_, row) => [points[row * 2] ?? NaN, points[row * 2 + 1] ?? NaN]);

test("the components are those of numpy's singular value decomposition", () => {
  const { points, explained } = principal(iris, 4);
  expect(explained[0]).toBeCloseTo(0.95232, 4);
  expect(explained[1]).toBeCloseTo(0.03978, 4);
  const expected = [
    [-2.8903, 0.1711],
    [-2.9485, -0.087],
    [-3.1125, -0.2109],
    [1.0728, 0.6683],
    [0.7208, 0.1393],
    [1.2472, 0.4845],
    [2.3333, -0.6255],
    [1.1778, -0.7487],
    [2.3994, 0.2089],
  ];
  bothOf(points).forEach(([x, y], row) => {
    expect(x).toBeCloseTo(expected[row]?.[0] ?? NaN, 3);
    expect(y).toBeCloseTo(expected[row]?.[1] ?? NaN, 3);
  });
});

test("vectors on a line keep their distances in one component and have nothing in the other", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 9 }), fc.integer(), (count, size, seed) => {
      const random = seeded(seed);
      const direction = Array.from({ length: size }, () => random() + 0.1);
      const length = Math.hypot(...direction);
      const places = Array.from({ length: count }, () => random() * 10);
      const vectors = Float32Array.from(places.flatMap((place) => direction.map((part) => part * place)));
      const { points, explained } = principal(vectors, size);
      expect(explained[0]).toBeCloseTo(1, 4);
      bothOf(points).forEach(([x = NaN, y = NaN], row) => {
        const other = bothOf(points)[0]?.[0] ?? NaN;
        const apart = (places[row] ?? NaN) - (places[0] ?? NaN);
        expect(Math.abs(x - other)).toBeCloseTo(Math.abs(apart) * length, 2);
        expect(y).toBeCloseTo(0, 2);
      });
    }),
  );
});

test("empty cells stay empty; vectors that are all the same are one point", () => {
  expect(Array.from(principal(Float32Array.of(1, 2, NaN, NaN, 1, 2), 2).points)).toEqual([0, 0, NaN, NaN, 0, 0]);
  expect(principal(new Float32Array(0), 3).points).toHaveLength(0);
});
