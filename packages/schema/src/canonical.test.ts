import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, digestOf, sha256 } from "./canonical.ts";

function platform(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

test("sha256 equals the platform's for every length around the block size and any content", () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255);
    expect(sha256(bytes)).toBe(platform(bytes));
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => sha256(bytes) === platform(bytes)));
  expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test("canonical JSON does not depend on key order and parses back to the same value", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const shuffled = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonicalJson(shuffled)).toBe(canonicalJson(value));
      expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
    }),
  );
  expect(canonicalJson({ b: [1, { z: 1e21, a: -0 }], a: undefined })).toBe('{"b":[1,{"a":0,"z":1e+21}]}');
});

test("what JSON cannot say is refused", () => {
  for (const value of [NaN, Infinity, 1n]) expect(() => digestOf({ value })).toThrow("has no JSON form");
});
