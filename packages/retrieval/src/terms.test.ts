import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { stemEnglish } from "./english-stemmer.ts";
import { termsOf } from "./terms.ts";

test("stems are those of Snowball's English stemmer", () => {
  // Made with PyStemmer 3.1.0 (libstemmer 3) from words of Cranfield, WikiText and others, each suffix several times.
  const golden: Record<string, string> = JSON.parse(
    readFileSync(new URL("english-stemmer.golden.json", import.meta.url), "utf8"),
  );
  const wrong = Object.entries(golden).filter(([word, stem]) => stemEnglish(word) !== stem);
  expect(wrong).toEqual([]);
  expect(Object.keys(golden).length).toBeGreaterThan(300);
});

const plain = termsOf({ stopWords: "none", stemming: "none" });

test("ASCII text gives runs of letters and digits, lower-cased", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii" }), (text) => {
      expect(plain(text)).toEqual(text.toLowerCase().match(/[a-z0-9]+/g) ?? []);
    }),
  );
});

test.each([
  ["Größe und Maß", ["größe", "und", "maß"]],
  ["naïve café", ["naïve", "café"]],
  ["ﬁne ＡＢＣ", ["fine", "abc"]],
  ["Москва, 2024", ["москва", "2024"]],
  ["東京都に住む", ["東京", "京都", "都に", "に住", "住む"]],
  ["データ base", ["デー", "ータ", "base"]],
  ["हिन्दी भाषा", ["हिन्दी", "भाषा"]],
  ["한국어 문서", ["한국어", "문서"]],
  ["水", ["水"]],
  ["don't…", ["don", "t"]],
])("%s", (text, terms) => {
  expect(plain(text)).toEqual(terms.map((term) => term.normalize("NFKC")));
});

test("stop words go before stems are taken", () => {
  const english = termsOf({ stopWords: "english", stemming: "english" });
  expect(english("The flows and the flowing of this river")).toEqual(["flow", "flow", "river"]);
});
