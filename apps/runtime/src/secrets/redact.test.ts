import fc from "fast-check";
import { expect, test } from "vitest";
import { redactor } from "./redact.ts";

const secret = fc.string({ minLength: 8, maxLength: 40, unit: fc.constantFrom(...'abAB019/+-_="\\ ü☃\n%&') });

test("however a text with secrets is cut, what comes out is that of the whole, and clean", () => {
  const pieces = fc.array(fc.oneof(fc.constant(0), fc.constant(1), fc.string({ maxLength: 6 })), { maxLength: 8 });
  fc.assert(
    fc.property(secret, secret, pieces, fc.array(fc.nat(60), { maxLength: 12 }), (one, two, parts, cuts) => {
      const redaction = redactor();
      redaction.add("one", one);
      redaction.add("two", two);
      const whole = parts.map((part) => (part === 0 ? one : part === 1 ? two : part)).join("");
      const stream = redaction.stream();
      let rest = whole;
      let out = "";
      for (const cut of cuts) {
        out += stream.push(rest.slice(0, cut));
        rest = rest.slice(cut);
      }
      out += stream.push(rest) + stream.end();
      for (const value of [one, two]) expect(out.includes(value)).toBe(false);
      if (parts.every((part) => typeof part === "string")) expect(out).toBe(redaction.text(whole));
    }),
  );
});

test("it is found in base64 wherever it stands, in a URL, in JSON and in hex", () => {
  fc.assert(
    fc.property(secret, fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), (value, before, after) => {
      const redaction = redactor();
      redaction.add("it", value);
      const around = `${before}${value}${after}`;
      for (const encoded of [
        Buffer.from(around).toString("base64"),
        Buffer.from(around).toString("base64url"),
        Buffer.from(around).toString("hex"),
        encodeURIComponent(value),
        String(new URLSearchParams({ value })),
        JSON.stringify({ value }),
      ]) {
        expect(redaction.text(encoded), encoded).toContain("[secret it]");
      }
    }),
  );
});

test("without secrets nothing is touched", () => {
  const redaction = redactor();
  const value = { a: ["text", 1, null] };
  expect(redaction.json(value)).toBe(value);
  expect(redaction.stream().push("text")).toBe("text");
});
