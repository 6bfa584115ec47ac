import type { RowSchema } from "@heddle/schema/type";
import fc from "fast-check";
import { expect, test } from "vitest";
import { rowsIn, rowsValue, runNode, withFolder } from "../../../test/conformance/harness.ts";
import { pythonWith, runPython } from "../../../test/machine/python.ts";
import { isPublicIpv4, isPublicIpv6 } from "./addresses.ts";
import { find, type Search } from "./find.ts";
import { kinds, type Kind } from "./kinds.ts";
import { isCreditCard, isIban, passesLuhn } from "./numbers.ts";
import { byExample, examples, placeholders, redact } from "./redact.ts";

const everything: Search = {
  kinds: new Set(kinds.map(({ id }) => id)),
  privateAddresses: false,
  country: "US",
  allowed: new Set(),
};
const allowed = new Set(Object.values(examples).flat());
const withPlaceholders = placeholders("[{type}]");
const redacted = (text: string, search = everything) => redact(text, search, withPlaceholders).text;

/** Joined here, so that nobody's scanner takes them for keys. */
const key = (...parts: string[]) => parts.join("");
const letters = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9nP2";

const personal: readonly [kind: Kind, text: string][] = [
  ["email", "jane.doe+news@mail.example.co.uk"],
  ["email", "o'brien@x.org"],
  ["email", "jürgen@münchen.de"],
  ["email", "用户@例子.公司"],
  ["ip_address", "8.8.8.8"],
  ["ip_address", "2001:4860:4860::8888"],
  ["ip_address", "2a00:1450:4001:82b:0:0:0:200e"],
  ["phone", "+49 30 901820"],
  ["phone", "+1 (415) 555-2671"],
  ["phone", "415-555-2671"],
  ["phone", "(415) 555-2671"],
  ["phone", "1-415-555-2671"],
  ["phone", "+8613812345678"],
  ["phone", "+44 20 7946 0958"],
  ["credit_card", "4111 1111 1111 1111"],
  ["credit_card", "378282246310005"],
  ["credit_card", "5105-1051-0510-5100"],
  ["iban", "DE89370400440532013000"],
  ["iban", "FR14 2004 1010 0505 0001 3M02 606"],
  ["iban", "NO93 8601 1117 947"],
  ["secret", key("AKIA", "IOSFODNN7EXAMPLE")],
  ["secret", key("ghp", "_", letters.slice(0, 36))],
  ["secret", key("sk", "-proj-", letters)],
  ["secret", key("sk", "-ant-api03-", letters)],
  ["secret", key("hf", "_", letters.replaceAll(/\d/g, "x").slice(0, 34))],
  ["secret", key("AI", "za", letters.slice(0, 35))],
  ["secret", key("xox", "b-123456789012-", letters.slice(0, 24))],
  ["secret", key("glp", "at-", letters.slice(0, 20))],
  ["secret", key("eyJ", "hbGciOiJIUzI1NiJ9.", "eyJ", "zdWIiOiIxMjM0NTY3ODkwIn0.", letters)],
  ["secret", key("-----BEGIN RSA ", "PRIVATE KEY-----\n", letters, "\n", letters, "\n-----END RSA PRIVATE KEY-----")],
];

test.each(personal)("%s: %s", (kind, text) => {
  const shown = kinds.find(({ id }) => id === kind)!.shown;
  for (const [before, after] of [
    ["", ""],
    ["See ", ", please."],
    ["(", ")"],
    ["该地址是 ", " 。"],
    ["line\n", "\nline"],
  ])
    expect(redacted(`${before}${text}${after}`)).toBe(`${before}[${shown}]${after}`);
  const others = new Set(kinds.map(({ id }) => id).filter((id) => id !== kind));
  expect(find(text, { ...everything, kinds: others }).map((found) => found.kind)).not.toContain(kind);
});

test("what only looks like it stays", () => {
  const impersonal = [
    "10.0.0.1 172.16.4.4 192.168.1.1 127.0.0.1 100.64.0.1 169.254.1.1 203.0.113.9 0.0.0.0",
    "fe80::1 fd00::1 ::1 2001:db8::1 a::b std::vector<int> 12:30:45 De::Ad",
    "version 1.2.3.4.5, 1.3.6.1.4.1.311, 256.1.1.1, 01.2.3.4, v8.8.8.8",
    "2023-01-15 12:30, 15.01.2023 12:30:00, 20230115123045, 1234567890, 978-3-16-148410-0",
    "3.14159265358979, 0000000000, 1111 1111 1111 1111, 4111 1111 1111 1112, 100 200 300 400",
    "DE88370400440532013000, XX89370400440532013000, AKIA, sk-short, hf_, eyJ.eyJ.x",
    "me at home, @handle, a@b, user@localhost, foo@@bar, ...@..., C@, katex@0.13.11",
    "item 4155552671, #415-555-2671, 415-555-2671-99, a415-555-2671",
  ];
  for (const text of impersonal) expect(redacted(text)).toBe(text);
});

test("what a word before it or the country says", () => {
  expect(redacted("tel 4155552671, Fax: 415 5552671")).toBe("tel [PHONE], Fax: [PHONE]");
  expect(redacted("Zentrale 030 901820 und 0171 5550123", { ...everything, country: "DE" })).toBe(
    "Zentrale [PHONE] und [PHONE]",
  );
  expect(redacted("appelez 01 42 68 53 00", { ...everything, country: "FR" })).toBe("appelez [PHONE]");
  expect(redacted("415-555-2671 or +1 415-555-2671", { ...everything, country: undefined })).toBe(
    "415-555-2671 or [PHONE]",
  );
  expect(redacted("10.0.0.1, fe80::1:2, ::1", { ...everything, privateAddresses: true })).toBe(
    "[IP_ADDRESS], [IP_ADDRESS], ::1",
  );
  expect(redacted(`postgres://app:s3cr3t@db.example.com/x aws_secret_access_key = "${letters.slice(0, 40)}"`)).toBe(
    'postgres://app:[SECRET]@db.example.com/x aws_secret_access_key = "[SECRET]"',
  );
});

test("check digits", () => {
  const digits = fc.stringMatching(/^\d{11,18}$/);
  fc.assert(
    fc.property(digits, (text) => {
      const right = Array.from("0123456789").filter((last) => passesLuhn(text + last));
      expect(right).toHaveLength(1);
    }),
  );
  expect(isCreditCard("4242 4242 4242 4242") && !isCreditCard("4242 4242 4242 4243")).toBe(true);
  expect(isIban("GB82WEST12345698765432") && !isIban("GB82WEST12345698765433")).toBe(true);
  // A swap of two neighbours is seen.
  expect(isIban("DE89370400440532031000")).toBe(false);
});

const scrap = fc.oneof(
  fc.constantFrom(...personal.map(([, text]) => text), ...Object.values(examples).flat()),
  fc.string({ unit: fc.constantFrom(..."0123456789.:-() +@aA/[]_") }),
  fc.string({ unit: "grapheme" }),
);
const texts = fc
  .array(scrap, { maxLength: 8 })
  .chain((parts) => fc.constantFrom("", " ", ", ").map((by) => parts.join(by)));

test("a second time there is nothing left to do", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const once = redact(text, everything, withPlaceholders);
      expect(redact(once.text, everything, withPlaceholders)).toEqual({ text: once.text, counts: new Map() });
      const natural = redact(text, { ...everything, allowed }, byExample);
      expect(redact(natural.text, { ...everything, allowed }, byExample).text).toBe(natural.text);
    }),
    { numRuns: 500 },
  );
});

test("a text without a match is not touched, and what is replaced was found", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const { text: made, counts } = redact(text, everything, withPlaceholders);
      const findings = find(text, everything);
      if (findings.length === 0) expect([made, counts.size]).toEqual([text, 0]);
      else expect(made).not.toBe(text);
      for (const [i, { start, end }] of findings.entries()) {
        expect(end).toBeGreaterThan(start);
        expect(start).toBeGreaterThanOrEqual(findings[i - 1]?.end ?? 0);
      }
    }),
    { numRuns: 300 },
  );
});

test("hostile texts take no longer than others", () => {
  const began = performance.now();
  for (const part of [
    "1",
    "1-",
    "+1 ",
    "a.",
    "a@",
    "@",
    "a:",
    ":",
    "::1 ",
    "1.1.1.1.",
    "eyJ",
    "sk-",
    "DE89 ",
    "-----BEGIN PRIVATE KEY-----",
    "x://a:b",
    "4111 ",
    "(1) ",
  ])
    redacted(part.repeat(60_000 / part.length));
  expect(performance.now() - began).toBeLessThan(20_000);
});

const schema: RowSchema = {
  columns: { n: { kind: "int" }, text: { kind: "string" }, note: { kind: "string" } },
  open: false,
};

test("rows keep their order and number; two columns are counted together", async () => {
  const rows = personal.map(([, text], n) => ({ n, text: n % 2 === 0 ? text : null, note: `see ${text}` }));
  const params = { columns: ["text", "note"], count_into: "hits" };
  const { outputs } = await withFolder((folder) =>
    runNode("redact-pii", { params, inputs: { rows: rowsValue(schema, rows) } }, folder),
  );
  const made = rowsIn(outputs["rows"]);
  expect(made.map(({ n }) => n)).toEqual(rows.map(({ n }) => n));
  expect(made.map(({ hits }) => hits)).toEqual(rows.map(({ text }) => (text === null ? 1 : 2)));
  expect(outputs["report"]?.report?.values).toMatchObject({ rows: rows.length, rows_changed: rows.length });
});

test.each([
  [{ placeholder: "<1@{type}>" }, "could be taken for personal data"],
  [{ phone_country: "ZZ" }, 'phone_country: "ZZ" is no country'],
  [Object.fromEntries(kinds.map(({ id }) => [id, false])), "there is nothing to look for"],
])("%j is refused", async (params, message) => {
  const run = withFolder((folder) =>
    runNode("redact-pii", { params, inputs: { rows: rowsValue(schema, []) } }, folder),
  );
  await expect(run).rejects.toThrow(message);
});

const python = pythonWith("ipaddress");
const absent = python === undefined ? " (skipped: no Python)" : "";

test.skipIf(python === undefined)(
  `public addresses are those of Python's ipaddress${absent}`,
  { timeout: 60_000 },
  () => {
    const four = fc.sample(
      fc.oneof(fc.ipV4(), fc.constantFrom("192.0.0.9", "198.19.1.1", "100.127.255.255", "172.31.0.1")),
      400,
    );
    const six = fc.sample(fc.ipV6(), 400).filter((one) => /^[23]/.test(one.padStart(4, "0")));
    const script = `
import ipaddress, json, sys
def public(text):
    try: return ipaddress.ip_address(text).is_global
    except ValueError: return False
print(json.dumps([public(text) for text in json.load(open(sys.argv[1]))]))`;
    const theirs: boolean[] = JSON.parse(runPython(python!, script, four));
    // Python counts multicast, 224.0.0.0/4, as global, and so does this.
    expect(four.map(isPublicIpv4)).toEqual(theirs);
    const usual = six.filter(
      (one) => /^[23][0-9a-f]{3}:/i.test(one) && !/^(3fff|2001:0?[01]?[0-9a-f]{0,2}:)/i.test(one),
    );
    expect(usual.map(isPublicIpv6)).toEqual(JSON.parse(runPython(python!, script, usual)));
  },
);

const datatrove = pythonWith("datatrove");
const needs = datatrove === undefined ? " (skipped: no Python with datatrove; set HEDDLE_PYTHON)" : "";

test.skipIf(datatrove === undefined)(`e-mail and IPv4 by example are datatrove's${needs}`, { timeout: 60_000 }, () => {
  const script = `
import json, sys
from datatrove.pipeline.formatters import PIIFormatter
print(json.dumps([PIIFormatter().format(text) for text in json.load(open(sys.argv[1]))]))`;
  const given = [
    ...personal.map(([, text]) => text).filter((text) => !/[^ -~]/.test(text) && !text.includes(":")),
    "Ask <a.b-c@d-e.f.gh>, 'x@y.zz' or \"q@r.st\"; mailto:me@here.org?subject=a",
    "one@a.bc two@a.bc three@a.bc and 1.1.1.1, 9.9.9.9, 10.1.1.1, 8.8.4.4.",
    "no..dots@x.yy .lead@x.yy trail.@x.yy a@x a@-x.yy a@x-.yy a@[1.2.3.4] !#$%@x.yy",
  ];
  const search: Search = { ...everything, kinds: new Set(["email", "ip_address"]), allowed };
  const ours = given.map((text) => redact(text, search, byExample).text);
  // datatrove looks for one address after another, so that the examples are in turn by kind as here.
  expect(ours).toEqual(JSON.parse(runPython(datatrove!, script, given)));
});
