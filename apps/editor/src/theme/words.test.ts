import { expect, test } from "vitest";
import { ago, brief, bytes, compact, count, duration, figure, plain, plural } from "./words.ts";

test.each([
  [0, "0"],
  [12480, "12,480"],
  [1.8421, "1.842"],
  [8.5, "8.5"],
  [31.25, "31.25"],
  [0.0021, "0.0021"],
  [0.00031, "3.1e-4"],
  [-2.5, "-2.5"],
  [Number.NaN, "NaN"],
])("figure %d is %s", (value, words) => expect(figure(value)).toBe(words));

test.each([
  [0.0002, "2e-4"],
  [0.003, "0.003"],
  [300, "300"],
  [0, "0"],
])("a form writes %d as %s, which reads back as the same", (value, words) => {
  expect(plain(value)).toBe(words);
  expect(Number(words)).toBe(value);
});

test.each([
  [812, "812 B"],
  [2_290_000, "2.3 MB"],
  [210_000, "210 kB"],
  [999_999, "1.0 MB"],
  [4_000_000_000, "4.0 GB"],
])("%d bytes are %s", (value, words) => expect(bytes(value)).toBe(words));

test.each([
  [40, "40 ms"],
  [3100, "3.1 s"],
  [41_000, "41 s"],
  [70_000, "1 min 10 s"],
  [120_000, "2 min"],
  [7_500_000, "2 h 5 min"],
])("%d ms are %s", (value, words) => expect(duration(value)).toBe(words));

test("times ago, counts and short values", () => {
  const now = new Date(2026, 10, 21, 16, 2).getTime();
  expect(ago(now - 2000, now)).toBe("just now");
  expect(ago(now - 12_000, now)).toBe("12 s ago");
  expect(ago(now - 300_000, now)).toBe("5 min ago");
  expect(ago(now - 24 * 3600_000, now)).toBe("yesterday 16:02");
  expect(plural(1, "node")).toBe("1 node");
  expect(plural(1200, "row")).toBe("1,200 rows");
  expect(count(9211)).toBe("9,211");
  expect(compact(2_300_000)).toBe("2.3M");
  expect(brief({ a: 1 })).toBe('{"a":1}');
  expect(brief("x".repeat(60), 10)).toBe(`${"x".repeat(9)}…`);
});
