import fc from "fast-check";
import { expect, test } from "vitest";
import { chunkedDocuments, hitsItems, looksOf, pairItems, vectorColumn } from "./rows-looks.ts";

const named = (columns: Readonly<Record<string, string>>) =>
  Object.entries(columns).map(([name, type]) => ({ name, type }));

test("looks come from names and types of columns, whatever node made them", () => {
  const three = [[1], [2], [3]];
  const of = (columns: Readonly<Record<string, string>>, rows: unknown[][] = three) =>
    looksOf({ columns: named(columns), rows: JSON.parse(JSON.stringify(rows)) });
  expect(of({ text: "string" })).toEqual(["table"]);
  expect(of({ query: "string", hits: "list<{id, score: float, text, title}>" })).toEqual(["hits", "table"]);
  expect(of({ vector: "vector<384>[3f2a]", text: "string" })).toEqual(["map", "table"]);
  expect(of({ vector: "list<float>" }, [[[1, 2, 3]], [[4, 5, 6]], [[7, 8, 9]]])).toEqual(["map", "table"]);
  expect(of({ scores: "list<float>" }, [[[1, 2, 3]], [[4, 5]], [[7, 8, 9]]]), "lists of other lengths").toEqual([
    "table",
  ]);
  expect(of({ document: "string", text: "string", start: "int", end: "int" })).toEqual(["chunks", "table"]);
  expect(of({ chosen: "list<{role, content}>", rejected: "list<{role, content}>" })).toEqual(["pairs", "table"]);
  expect(vectorColumn({ columns: named({ id: "string", v: "vector" }), rows: [] })).toBe(1);
});

test("hits take their terms from the row's query", () => {
  const columns = named({ id: "string", query: "string", hits: "list<{id, score: float, text}>" });
  const hits = [{ id: "a", score: 0.5, text: "warm air", title: "kept elsewhere", relevant: null }];
  expect(hitsItems(columns, [["q1", "warm wings", hits]])).toEqual([
    { query: "warm wings", terms: ["warm", "wings"], hits: [{ id: "a", score: 0.5, text: "warm air" }] },
  ]);
});

test("chunks go back where they stood in their document, with or without overlap and gaps", () => {
  const columns = named({ document: "string", text: "string", start: "int", end: "int" });
  const cuts = fc.array(fc.tuple(fc.nat(80), fc.integer({ min: 1, max: 30 })), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.string({ minLength: 120, maxLength: 120 }), cuts, (text, drawn) => {
      const rows = drawn.map(([start, size]) => ["d", text.slice(start, start + size), start, start + size]);
      const [document] = chunkedDocuments(columns, rows);
      document?.spans.forEach((span, index) => {
        expect(document.text.slice(span.start, span.end)).toBe(rows[document.rows[index] ?? -1]?.[1]);
      });
      expect(document?.spans).toHaveLength(rows.length);
    }),
  );
});

const turns = (answer: string) => [
  { role: "user", content: "why?" },
  { role: "assistant", content: answer },
];

test("preference pairs are verdicts for the chosen answer, as texts and as conversations", () => {
  const columns = named({ chosen: "list<{role, content}>", rejected: "list<{role, content}>", chosen_score: "float" });
  expect(pairItems(columns, [[turns("because"), turns("no"), 8]])).toEqual([
    {
      prompt: "why?",
      answers: [
        { by: "chosen", text: "because", score: 8 },
        { by: "rejected", text: "no" },
      ],
      winner: "chosen",
    },
  ]);
  expect(
    pairItems(named({ prompt: "string", chosen: "string", rejected: "string" }), [["p", "a", "b"]])[0],
  ).toMatchObject({
    prompt: "p",
    answers: [{ text: "a" }, { text: "b" }],
  });
});
