import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Value } from "@heddle/schema/batch";
import type { RowSchema } from "@heddle/schema/type";
import { loadTokenizer } from "@heddle/text/tokenizer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { rowsIn, rowsValue, runNode, withFolder } from "../../../test/conformance/harness.ts";
import { lines, paragraphs, sentences, words } from "./boundaries.ts";
import { codeBoundaries } from "./languages.ts";
import { split, type Limits } from "./split.ts";

function characters(size: number, overlap: number): Limits {
  return { size, overlap, reach: 1, measure: (_, start, end) => end - start };
}

const fragment = fc.constantFrom(
  ...'Dr. Who said so. |e.g. this|\n\n|\n|\r\n| |\t|# Head\n|Really?! |\u{1F600}|\u{1F469}\u200D\u{1F680}|語。次の文。|word |x|def f():\n    pass\n|1.5 |  \n \n| \u00A0|…" |unbreakableunbreakableunbreakable'.split(
    "|",
  ),
);
const text = fc.array(fragment, { maxLength: 60 }).map((parts) => parts.join(""));

describe("laws", () => {
  const boundaries = fc.constantFrom(
    [paragraphs, lines, sentences, words],
    [paragraphs, sentences, words],
    codeBoundaries("python"),
    codeBoundaries("none"),
    [],
  );

  test("slices of the text that cover it, are not too large, and share no more than asked", () => {
    fc.assert(
      fc.property(text, boundaries, fc.integer({ min: 1, max: 80 }), fc.nat(60), (source, cuts, size, asked) => {
        const overlap = Math.min(asked, size - 1);
        const chunks = split(source, { start: 0, end: source.length }, cuts, characters(size, overlap));
        let covered = 0;
        let before = 0;
        for (const { start, end } of chunks) {
          expect(start).toBeLessThan(end);
          expect(source.slice(start, end).trim()).toBe(source.slice(start, end));
          // One character of two units may be more than a size of 1.
          expect(end - start).toBeLessThanOrEqual(Math.max(size, (source.codePointAt(start) ?? 0) > 0xffff ? 2 : 1));
          expect(source.slice(covered, Math.max(covered, start)).trim()).toBe("");
          expect(before - start).toBeLessThanOrEqual(overlap);
          expect(end).toBeGreaterThan(before);
          expect(source.slice(start, end).isWellFormed()).toBe(true);
          [covered, before] = [end, end];
        }
        expect(source.slice(covered).trim()).toBe("");
      }),
      { numRuns: 1000 },
    );
  });

  test("chunks are no smaller than they need to be: two neighbours never fit into one without overlap", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 10, max: 80 }), (source, size) => {
        const chunks = split(source, { start: 0, end: source.length }, [words], characters(size, 0));
        chunks.slice(1).forEach(({ end }, i) => expect(end - chunks[i]!.start).toBeGreaterThan(size));
      }),
    );
  });
});

function cut(source: string): string[] {
  const places = [0, ...sentences(source, 0, source.length), source.length];
  return places.slice(1).map((end, i) => source.slice(places[i], end).trim());
}

test("sentences: abbreviations, initials, numbers, quotes, other scripts", () => {
  expect(cut('Dr. J. Smith et al. found 1.5 mg, e.g. in U.S. labs. "Is it?" he asked. Yes! No…  Done.')).toEqual([
    "Dr. J. Smith et al. found 1.5 mg, e.g. in U.S. labs.",
    '"Is it?" he asked.',
    "Yes!",
    "No…",
    "Done.",
  ]);
  expect(cut("これは文です。次の文です！「はい。」終わり")).toEqual([
    "これは文です。",
    "次の文です！",
    "「はい。」",
    "終わり",
  ]);
  expect(cut("¿Qué? Sí. Хорошо. Да")).toEqual(["¿Qué?", "Sí.", "Хорошо.", "Да"]);
});

test.each([
  ["typescript", 40, ["import x;", "export function a() {\n  return 1;\n}", "export const b = 2;"]],
  ["go", 30, ["package p\n\nfunc A() {\n\tb()\n}", "type T struct {\n}"]],
  ["rust", 30, ["use a;\n\n#[test]\npub fn a() {}", "impl B {\n  fn c() {}\n}"]],
  ["java", 40, ["class A {\n  int x;", "  public void b() {\n  }", "  private int c() { return 1; }\n}"]],
  ["unknown", 20, ["block 1\n\n  inside", "block 2\n\n  inside"]],
] as const)("%s is cut at declarations", (language, size, parts) => {
  const source = parts.join("\n\n");
  const chunks = split(source, { start: 0, end: source.length }, codeBoundaries(language), characters(size, 0));
  expect(chunks.map(({ start, end }) => source.slice(start, end))).toEqual(parts.map((part) => part.trim()));
});

const loaded: RowSchema = {
  columns: {
    id: { kind: "string" },
    text: { kind: "string" },
    title: { kind: "string" },
    pages: { kind: "list", item: { kind: "struct", fields: { page: { kind: "int" }, start: { kind: "int" } } } },
    headings: {
      kind: "list",
      item: { kind: "struct", fields: { level: { kind: "int" }, text: { kind: "string" }, start: { kind: "int" } } },
    },
  },
  open: false,
};

async function chunksOf(rows: Record<string, Value>[], params: Record<string, unknown>, schema = loaded) {
  const { outputs } = await withFolder((scratch) =>
    runNode("split-text", { params, inputs: { rows: rowsValue(schema, rows) } }, scratch),
  );
  return rowsIn(outputs["rows"]);
}

test("headings and pages of a document are those of its columns; a row without text gives no chunk", async () => {
  const source = "Loom\nA loom. \fWarp\nThe warp. # no heading";
  const chunks = await chunksOf(
    [
      {
        id: "l",
        title: "Looms",
        text: source,
        pages: [
          { page: 1, start: 0 },
          { page: 2, start: 14 },
        ],
        headings: [
          { level: 1, text: "Loom", start: 0 },
          { level: 2, text: "Warp", start: 14 },
        ],
      },
      { id: "none", text: null },
    ],
    { method: "headings", size: 20, overlap: 0 },
  );
  expect(chunks.map(({ heading, page, text: part, title, id }) => [id, heading, page, part, title])).toEqual([
    ["l#0", "Loom", 1, "Loom\nA loom.", "Looms"],
    ["l#1", "Loom > Warp", 2, "Warp\nThe warp.", "Looms"],
    ["l#2", "Loom > Warp", 2, "# no heading", "Looms"],
  ]);
});

test("own separators; the deepest heading that cuts", async () => {
  const plain: RowSchema = { columns: { text: { kind: "string" } }, open: false };
  const parts = await chunksOf([{ text: "a b;c d;e" }], { size: 4, overlap: 0, separators: [";"] }, plain);
  expect(parts.map(({ text: part }) => part)).toEqual(["a b;", "c d;", "e"]);
  const deep = await chunksOf(
    [{ text: "# A\nx\n### B\ny" }],
    { method: "headings", heading_level: 2, overlap: 0 },
    plain,
  );
  expect(deep).toMatchObject([{ text: "# A\nx\n### B\ny", heading: "A" }]);
});

const builtin = new URL("../../builtin/language-model/", import.meta.url).pathname;

test("tokens: no chunk has more than asked, and neighbours share no more than asked", async () => {
  const tokenizer = loadTokenizer({ tokenizer: JSON.parse(readFileSync(join(builtin, "tokenizer.json"), "utf8")) });
  const plain = { special: false, parseSpecial: false };
  const measure: Limits["measure"] = (source, start, end) =>
    tokenizer.encode(source.slice(start, end), plain).ids.length;
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 40 }), fc.nat(20), (source, size, asked) => {
      const overlap = Math.min(asked, size - 1);
      const limits = { size, overlap, reach: 8, measure };
      const chunks = split(source, { start: 0, end: source.length }, [paragraphs, lines, sentences, words], limits);
      chunks.forEach(({ start, end }, i) => {
        const one = String.fromCodePoint(source.codePointAt(start)!).length;
        if (end - start > one) expect(measure(source, start, end)).toBeLessThanOrEqual(size);
        const before = chunks[i - 1]?.end ?? 0;
        if (before > start) expect(measure(source, start, before)).toBeLessThanOrEqual(overlap);
      });
    }),
    { numRuns: 100 },
  );
});

const assets = new URL("../../../../shared/assets/docs/peft-docs/", import.meta.url).pathname;

test.skipIf(!existsSync(assets))(
  "PEFT's documentation (needs ../shared/assets): every chunk is what it says",
  async () => {
    const names = readdirSync(assets, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));
    const texts = new Map(names.map((name) => [name, readFileSync(join(assets, name), "utf8")]));
    const schema: RowSchema = { columns: { id: { kind: "string" }, text: { kind: "string" } }, open: false };
    const rows = Array.from(texts, ([id, source]) => ({ id, text: source }));
    for (const method of ["recursive", "sentences", "headings", "code"]) {
      const started = performance.now();
      const chunks = await chunksOf(rows, { method }, schema);
      const ms = performance.now() - started;
      for (const { text: part, document, start, end } of chunks) {
        expect(texts.get(String(document))?.slice(Number(start), Number(end))).toBe(part);
        expect(Number(end) - Number(start)).toBeLessThanOrEqual(1000);
      }
      const mean = chunks.reduce((sum, { text: part }) => sum + String(part).length, 0) / chunks.length;
      console.log(
        `${method}: ${chunks.length} chunks of ${names.length} pages, mean ${mean.toFixed(0)}, ${ms.toFixed(0)} ms`,
      );
    }
  },
);
