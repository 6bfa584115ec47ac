import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readGraph, writeGraph } from "./document.ts";
import { noteColours, type Graph } from "./graph.ts";

const example = `{ "heddle": 1, "name": "fine-tune",
  "nodes": {
    "data": { "type": "load-dataset", "params": { "path": "chats.jsonl" } },
    "keep": { "type": "filter", "in": { "rows": "data.rows" }, "params": { "where": "size(text) > 20" } } },
  "view": { "data": [0, 0], "keep": [260, 0] } }
`;

const id = fc.stringMatching(/^[a-z][a-z0-9_-]{0,5}$/);
const place = fc.tuple(fc.integer(), fc.integer());
const reference = fc.tuple(id, id).map((parts) => parts.join("."));
const note = fc.record(
  { note: fc.string(), at: place, size: place, colour: fc.constantFrom(...noteColours) },
  { requiredKeys: ["note", "at"] },
);
const dot = fc.record({ from: fc.oneof(reference, id), at: place, to: fc.array(reference) });
const graph: fc.Arbitrary<Graph> = fc.record(
  {
    heddle: fc.constant(1 as const),
    name: fc.string(),
    description: fc.string(),
    nodes: fc.dictionary(
      id,
      fc.record(
        {
          type: id,
          title: fc.string(),
          in: fc.dictionary(
            id,
            fc.tuple(id, id).map((parts) => parts.join(".")),
          ),
          params: fc.dictionary(
            fc.string().filter((key) => key !== "__proto__"),
            fc.json().map((text) => JSON.parse(text.replaceAll("__proto__", "proto"))),
          ),
        },
        { requiredKeys: ["type"] },
      ),
    ),
    view: fc.dictionary(id, fc.oneof(place, note, dot)),
  },
  { requiredKeys: ["heddle", "name", "nodes"] },
);
const blanks = fc.constantFrom("", " ", "\n", "\t", "\r\n", "  ");

/** A graph's JSON with arbitrary blanks between its tokens. */
const oddlyFormatted = fc.tuple(graph, fc.array(blanks, { minLength: 1 })).map(([value, fill]) => {
  let i = 0;
  return JSON.stringify(value).replaceAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g, (token) => token + fill[i++ % fill.length]!);
});

function read(text: string): Graph {
  const { graph: found, issues } = readGraph(text);
  expect(issues).toEqual([]);
  return found!;
}

describe("round trips", () => {
  test("written and read gives the same graph", () => {
    fc.assert(
      fc.property(graph, (value) => {
        expect(read(writeGraph(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("read and written unchanged gives the same bytes, however it is formatted", () => {
    fc.assert(fc.property(oddlyFormatted, (text) => writeGraph(read(text), text) === text));
    expect(writeGraph(read(example), example)).toBe(example);
  });

  test("an edit of any kind, written over any formatting, reads back as edited", () => {
    fc.assert(
      fc.property(oddlyFormatted, graph, fc.nat(3), (text, other, how) => {
        const was = read(text);
        const nodes = { ...was.nodes, ...(how > 0 && other.nodes) };
        for (const key of Object.keys(was.nodes).slice(0, how)) delete nodes[key];
        const edited: Graph = { ...was, name: other.name, nodes, ...(other.view && { view: other.view }) };
        expect(read(writeGraph(edited, text))).toEqual(JSON.parse(JSON.stringify(edited)));
      }),
    );
  });
});

test("notes and dots are one line each, with their members in order; a bad one is named by what it seems to be", () => {
  const written = writeGraph({
    ...read(example),
    view: {
      data: [0, 0],
      todo: { at: [4, 5], colour: "amber", note: "# Mind the gap" },
      bend: { to: ["keep.rows"], at: [130, 80], from: "data.rows" },
    },
  });
  expect(written).toContain(`  "view": {
    "data": [0, 0],
    "todo": { "note": "# Mind the gap", "at": [4, 5], "colour": "amber" },
    "bend": { "from": "data.rows", "at": [130, 80], "to": ["keep.rows"] }
  }`);
  const bad = written.replace("amber", "mauve").replace('["keep.rows"]', '"keep.rows"');
  const { graph: kept, issues } = readGraph(bad);
  expect(issues.map(({ message }) => message)).toEqual([
    'view.todo: a note is { "note": "text", "at": [x, y] }, with "size": [width, height] and a "colour" of paper, amber, green, blue, rose where wanted',
    'view.bend: a dot is { "from": "node.port", "at": [x, y], "to": ["node.port"] }',
  ]);
  expect(kept?.view, "what can be read is").toEqual({ data: [0, 0] });
});

test("editing one node changes that node's line only", () => {
  const was = read(example);
  const edited: Graph = {
    ...was,
    nodes: { ...was.nodes, data: { type: "load-dataset", params: { path: "more.jsonl" } } },
  };
  const lines = writeGraph(edited, example).split("\n");
  const changed = example.split("\n").flatMap((line, i) => (line === lines[i] ? [] : [lines[i]]));
  expect(changed).toEqual(['    "data": { "type": "load-dataset", "params": { "path": "more.jsonl" } },']);
});

test("a new node is a new line, a removed one takes its line with it", () => {
  const text = writeGraph(read(example));
  const was = read(text);
  const more = writeGraph({ ...was, nodes: { ...was.nodes, look: { type: "look" } } }, text);
  expect(more.split("\n").filter((line) => !text.includes(line.replace(/,$/, "")))).toEqual([
    '    "look": { "type": "look" }',
  ]);
  expect(writeGraph(was, more)).toBe(text);
});

test("short nodes stand on one line, long ones are broken", () => {
  const long = { type: "filter", params: { where: "x".repeat(130) } };
  const text = writeGraph({ heddle: 1, name: "g", nodes: { a: { type: "t" }, b: long }, view: { a: [0, 0] } });
  expect(text).toBe(`{
  "heddle": 1,
  "name": "g",
  "nodes": {
    "a": { "type": "t" },
    "b": {
      "type": "filter",
      "params": {
        "where": "${"x".repeat(130)}"
      }
    }
  },
  "view": {
    "a": [0, 0]
  }
}
`);
});

describe("issues", () => {
  test("a file nested far too deep", () => {
    expect(readGraph("[".repeat(100_000)).issues.map((issue) => issue.message)).toEqual([
      "not JSON: line 1, column 202: values are nested deeper than 200 levels",
    ]);
  });

  test.each([
    ['{ "heddle": 1,\n  "name": }', 'not JSON: line 2, column 11: expected a value, found "}"'],
    ['{ "heddle": 1, }', 'not JSON: line 1, column 16: a comma before "}"; remove it'],
    ["{ // hi\n}", "not JSON: line 1, column 3: expected a key in double quotes, found a comment (JSON has none)"],
    [
      '{ "a": "b\n" }',
      "not JSON: line 1, column 10: a raw line break or control character in a string; write it as \\n or \\u00…",
    ],
    ["", "not JSON: line 1, column 1: expected a value, found the end of the file"],
    ["{}x", 'not JSON: line 1, column 3: expected the end of the file, found "x"'],
  ])("%j", (text, message) => {
    const { graph: found, issues } = readGraph(text);
    expect(found).toBeUndefined();
    expect(issues.map((issue) => issue.message)).toEqual([message]);
  });

  test("all shape problems at once, and the rest of the graph is still read", () => {
    const text = `{ "heddle": 1, "name": "x", "nods": {},
  "nodes": {
    "a": { "type": "t", "parms": {} },
    "b": { "type": "t", "in": { "rows": "a" } },
    "1x": { "type": "t" },
    "a": { "type": "u" },
    "c": { "in": {} } },
  "view": { "a": [1] } }`;
    const { graph: found, issues } = readGraph(text);
    expect(issues.map((issue) => [issue.code, issue.message, issue.facts?.["line"]])).toEqual(
      expect.arrayContaining([
        ["duplicate-id", 'node "a" is there twice, on lines 3 and 6; rename one of them', undefined],
        ["unknown-key", 'nods: unknown key "nods"; did you mean "nodes"?', 1],
        ["bad-reference", 'nodes.b.in.rows: an input takes "node.port", or a list of them', 4],
        ["bad-id", 'nodes.1x: "1x" cannot be a node\'s id: a letter, then up to 63 letters, digits, "-" or "_"', 5],
        ["bad-value", "nodes.c.type: expected string, received undefined", 7],
        ["bad-value", "view.a: a position is [x, y]", 8],
      ]),
    );
    expect(found?.nodes).toEqual({ a: { type: "u" }, b: { type: "t", in: {} } });
  });

  test("an unknown key in a node is named with the one that was meant", () => {
    const text = '{ "heddle": 1, "name": "x", "nodes": { "a": { "type": "t", "parms": {} } } }';
    expect(readGraph(text).issues).toMatchObject([
      {
        code: "unknown-key",
        node: "a",
        path: ["parms"],
        message: 'nodes.a.parms: unknown key "parms"; did you mean "params"?',
      },
    ]);
  });

  test.each(["null", "[]", '"heddle"', "{}", '{ "heddle": 2, "name": "", "nodes": {} }'])(
    "%s is not taken for a graph",
    (text) => {
      expect(readGraph(text).issues.length).toBeGreaterThan(0);
    },
  );
});
