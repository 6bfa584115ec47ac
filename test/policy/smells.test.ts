// Smells with a number each: the limits are this project's style. An argued exception beats a contorted function, but there are five at most.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { importsOf, isSyntax, lineOf, placeOf, root, sources, type Source, type Syntax } from "./sources.ts";

const limits = { functionLines: 100, componentLines: 150, fileLines: 500, imports: 15 } as const;

interface Exception {
  readonly path: string;
  readonly limit: keyof typeof limits;
  readonly because: string;
}
const exceptions: readonly Exception[] = [];

/** Where an app is put together out of its parts; these may import all of them. */
const compositionRoots = new Set([
  "apps/runtime/src/engine.ts",
  "apps/runtime/src/api/app.ts",
  "apps/editor/src/main.tsx",
]);

const production = sources.filter((source) => !source.isTest);
const productionLines = lineCount(production);

function lineCount(all: readonly Source[]): number {
  return all.reduce((sum, source) => sum + source.lines.length, 0);
}

/** `as const` says what a value is, not what it should be taken for. */
function isConstAssertion(node: Syntax, { text }: Source): boolean {
  const type = node["typeAnnotation"];
  return isSyntax(type) && text.slice(type.start, type.end) === "const";
}

function isEmptyBody(node: unknown): boolean {
  return isSyntax(node) && node.type === "BlockStatement" && Array.isArray(node["body"]) && node["body"].length === 0;
}

function isExcepted({ path }: Source, limit: keyof typeof limits): boolean {
  return exceptions.some((exception) => exception.path === path && exception.limit === limit);
}

function linesOf(source: Source, node: Syntax): number {
  return lineOf(source, node.end) - lineOf(source, node.start) + 1;
}

function found(all: readonly Source[], pick: (node: Syntax, source: Source) => boolean): string[] {
  return all.flatMap((source) =>
    source.nodes.filter((node) => pick(node, source)).map((node) => placeOf(source, node.start)),
  );
}

test("there are at most five exceptions, each with its reason", () => {
  expect(exceptions.length).toBeLessThanOrEqual(5);
  expect(exceptions.filter(({ because }) => because.length < 20)).toEqual([]);
});

test(`functions have at most ${limits.functionLines} lines, components ${limits.componentLines}`, () => {
  const kinds = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);
  const long = production
    .filter((source) => !isExcepted(source, "functionLines"))
    .flatMap((source) => {
      const most = source.path.endsWith(".tsx") ? limits.componentLines : limits.functionLines;
      return source.nodes
        .filter((node) => kinds.has(node.type) && linesOf(source, node) > most)
        .map((node) => `${placeOf(source, node.start)} has ${linesOf(source, node)} lines`);
    });
  expect(long).toEqual([]);
});

test(`files have at most ${limits.fileLines} lines and ${limits.imports} imports`, () => {
  const long = sources.filter((source) => source.lines.length > limits.fileLines && !isExcepted(source, "fileLines"));
  expect(long.map(({ path, lines }) => `${path} has ${lines.length} lines`)).toEqual([]);
  const counted = production.filter(({ path }) => !compositionRoots.has(path));
  const counts = counted.map((source) => {
    const modules = importsOf(source).map(({ specifier }) => specifier);
    return { source, imports: new Set(modules).size };
  });
  const wide = counts.filter(({ source, imports }) => imports > limits.imports && !isExcepted(source, "imports"));
  expect(wide.map(({ source, imports }) => `${source.path} has ${imports} imports`)).toEqual([]);
});

test("no any; few casts", () => {
  expect(found(production, (node) => node.type === "TSAnyKeyword")).toEqual([]);
  const casts = found(production, (node, source) => node.type === "TSAsExpression" && !isConstAssertion(node, source));
  const perThousand = (casts.length * 1000) / productionLines;
  expect(perThousand, `${casts.length} casts:\n${casts.join("\n")}\n`).toBeLessThanOrEqual(5);
});

test("few try blocks; no error is swallowed", () => {
  const tries = found(production, (node) => node.type === "TryStatement");
  const perThousand = (tries.length * 1000) / productionLines;
  expect(perThousand, `${tries.length} try blocks:\n${tries.join("\n")}\n`).toBeLessThanOrEqual(3);

  const swallowed = found(production, (node) => {
    if (node.type === "CatchClause") return isEmptyBody(node["body"]);
    const [callee, args] = [node["callee"], node["arguments"]];
    if (node.type !== "CallExpression" || !isSyntax(callee) || !Array.isArray(args)) return false;
    const property = callee["property"];
    const handler: unknown = args[0];
    const isCatch = isSyntax(property) && property["name"] === "catch";
    return isCatch && isSyntax(handler) && isEmptyBody(handler["body"]);
  });
  expect(swallowed).toEqual([]);
});

test("classes extend nothing but errors", () => {
  const heirs = found(production, (node, { text }) => {
    const parent = node["superClass"];
    return node.type.startsWith("Class") && isSyntax(parent) && !text.slice(parent.start, parent.end).endsWith("Error");
  });
  expect(heirs).toEqual([]);
});

test("names say what a thing is", () => {
  const empty = /(^|[-./])(utils?|helpers?|common|misc|managers?)([-./]|$)/i;
  expect(sources.map(({ path }) => path).filter((path) => empty.test(path))).toEqual([]);
  const declared = ["FunctionDeclaration", "ClassDeclaration", "TSInterfaceDeclaration", "TSTypeAliasDeclaration"];
  const vague = found(production, (node) => {
    const id = node["id"];
    return (
      declared.includes(node.type) &&
      isSyntax(id) &&
      /(Utils?|Helpers?|Manager|Handler|Enhanced|V2)$/.test(String(id["name"]))
    );
  });
  expect(vague).toEqual([]);
});

test("comments: no TODO, no banner, no code", () => {
  const wrong = sources.flatMap((source) =>
    source.comments.flatMap(({ value, start }) => {
      const isTodo = /\b(TODO|FIXME|XXX|HACK)\b/.test(value) && source.path !== "test/policy/smells.test.ts";
      const isBanner = /([=#*_~-])\1{5,}/.test(value);
      const isCode = /^\s*(import .* from|(const|let|var) \w+ =|return .*;|if \(.*\) \{|\w+\(.*\);|\}\s*$)/.test(value);
      return isTodo || isBanner || isCode ? [`${placeOf(source, start)}: ${value.trim().slice(0, 60)}`] : [];
    }),
  );
  expect(wrong).toEqual([]);
});

test("no module is mocked", () => {
  const mocks = found(sources, (node, { text }) => {
    const callee = node["callee"];
    return (
      node.type === "CallExpression" &&
      isSyntax(callee) &&
      /^vi\.(mock|doMock)$/.test(text.slice(callee.start, callee.end))
    );
  });
  expect(mocks).toEqual([]);
});

/** Lines of code that lie in a window of eight which stands somewhere else too. Imports and closing brackets are no code of their own. */
function duplicatedLines(): { share: number; places: string[] } {
  const window = 8;
  const seen = new Map<string, string>();
  const places = new Map<string, string>();
  const duplicated = new Set<string>();
  let total = 0;
  for (const source of production) {
    const code = source.lines
      .map((line, i) => ({ line: line.trim(), at: `${source.path}:${i + 1}` }))
      .filter(({ line }) => line.length > 3 && !/^(import\b|\/\/|\*|\/\*|[\])};,]+$)/.test(line));
    total += code.length;
    for (let i = 0; i + window <= code.length; i++) {
      const part = code.slice(i, i + window);
      const key = part.map(({ line }) => line).join("\n");
      const first = seen.get(key);
      if (first === undefined) seen.set(key, part[0]!.at);
      else {
        places.set(part[0]!.at, first);
        for (const { at } of part) duplicated.add(at);
      }
    }
  }
  return { share: duplicated.size / total, places: Array.from(places, ([again, first]) => `${again} as ${first}`) };
}

test("under four per cent of the code is written twice", () => {
  const { share, places } = duplicatedLines();
  expect(share, places.join("\n")).toBeLessThan(0.04);
});

/** Examples are conformance tests of their nodes. */
function exampleLines(): number {
  const folders = sources
    .filter(({ path }) => path.endsWith("/spec.ts"))
    .map(({ path }) => join(root, path, "../examples.json"));
  const listed = folders.filter((file) => existsSync(file));
  return listed.reduce((sum, file) => sum + readFileSync(file, "utf8").split("\n").length, 0);
}

test("tests are at least half as long as what they test in packages", () => {
  // Plots are text that a program recombines, not code.
  const inPackages = sources.filter(({ path }) => /^(packages|test)\//.test(path) && !path.includes("/plots/"));
  const [tests, code] = [inPackages.filter(({ isTest }) => isTest), inPackages.filter(({ isTest }) => !isTest)];
  expect((lineCount(tests) + exampleLines()) / lineCount(code)).toBeGreaterThanOrEqual(0.5);
});
