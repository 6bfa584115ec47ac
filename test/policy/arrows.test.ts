// Who may import whom. The arrows are those of the design: editor → schema ← nodes ← runtime; nodes → every package below; inference →
// onnx, text, gguf, llm-client; runtime → parquet; retrieval → parquet; cel, parquet, retrieval → schema; llm-client → schema, text.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { importsOf, isSyntax, placeOf, root, sources, type Source } from "./sources.ts";

const engines = ["packages/onnx", "packages/text", "packages/gguf"];
const tools = ["packages/cel", "packages/parquet", "packages/llm-client", "packages/retrieval", "packages/builtin"];

/** Area → areas it may import. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  "packages/schema": [],
  "packages/onnx": [],
  "packages/text": [],
  "packages/gguf": [],
  "packages/builtin": [],
  "packages/step": ["packages/schema"],
  "packages/cel": ["packages/schema"],
  "packages/parquet": ["packages/schema"],
  "packages/llm-client": ["packages/schema", "packages/text"],
  "packages/retrieval": ["packages/schema", "packages/parquet"],
  "packages/inference": ["packages/schema", "packages/llm-client", ...engines],
  "packages/nodes": ["packages/schema", "packages/inference", ...tools, ...engines],
  "apps/runtime": ["packages/schema", "packages/step", "packages/parquet"],
  "apps/editor": ["packages/schema", "packages/step"],
};

/** The files that join catalogue and app. */
const joints: Readonly<Record<string, readonly string[]>> = {
  "apps/editor/src/main.tsx": ["packages/nodes/catalogue.browser.ts"],
  "apps/editor/src/preview/tab.ts": ["packages/nodes/catalogue.browser.ts", "packages/nodes/runs.browser.ts"],
};

const production = sources.filter((source) => !source.isTest && !source.path.startsWith("templates/"));

function areaOf(path: string): string {
  return path.split("/").slice(0, 2).join("/");
}

/** Node ids are the folders with a spec.ts. */
const nodeIds = sources.flatMap(({ path }) => /^packages\/nodes\/([^/]+)\/spec\.ts$/.exec(path)?.[1] ?? []);

function nodeFolder(path: string): string | undefined {
  const [, id] = /^packages\/nodes\/([^/]+)\//.exec(path) ?? [];
  return id;
}

/** The file a specifier leads to, or undefined for a library. */
function resolveImport({ path }: Source, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return normalize(join(dirname(path), specifier.replace(/\?.*$/, "")));
  const [, name, subpath] = /^@heddle\/([^/]+)\/(.+)$/.exec(specifier) ?? [];
  if (name === undefined || subpath === undefined) return undefined;
  const folder = existsSync(join(root, "packages", name)) ? `packages/${name}` : `apps/${name}`;
  const { exports }: { exports: Record<string, string | Record<string, string>> } = JSON.parse(
    readFileSync(join(root, folder, "package.json"), "utf8"),
  );
  const exact = exports[`./${subpath}`];
  const target = exact ?? exports["./*"] ?? "";
  const file = typeof target === "string" ? target : (target["default"] ?? "");
  return normalize(join(folder, file.replace("*", subpath)));
}

test("imports follow the arrows", () => {
  const wrong = production.flatMap((source) =>
    importsOf(source).flatMap(({ specifier, start }) => {
      const target = resolveImport(source, specifier);
      if (target === undefined) return [];
      const [from, to] = [areaOf(source.path), areaOf(target)];
      if (from === to || arrows[from]?.includes(to) || joints[source.path]?.includes(target)) return [];
      return [`${placeOf(source, start)} imports ${specifier}: ${from} may not import ${to}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test("other packages are imported by name, never by a path into them", () => {
  const wrong = production.flatMap((source) =>
    importsOf(source)
      .filter(
        ({ specifier }) =>
          specifier.startsWith(".") && areaOf(resolveImport(source, specifier)!) !== areaOf(source.path),
      )
      .map(({ specifier, start }) => `${placeOf(source, start)} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

test("a node imports no other node", () => {
  const wrong = production.flatMap((source) => {
    const own = nodeFolder(source.path);
    if (own === undefined) return [];
    return importsOf(source).flatMap(({ specifier, start }) => {
      const target = resolveImport(source, specifier);
      return target?.startsWith("packages/nodes/") && nodeFolder(target) !== own
        ? [`${placeOf(source, start)} imports ${specifier}`]
        : [];
    });
  });
  expect(wrong).toEqual([]);
});

test("no node's id stands as a literal outside its folder", () => {
  const wrong = production.flatMap((source) =>
    source.nodes.flatMap((node) => {
      const value = node["value"];
      if (node.type !== "Literal" || typeof value !== "string" || !nodeIds.includes(value)) return [];
      // A plain word such as "filter" has other meanings too: the next test looks at those.
      if (nodeFolder(source.path) === value || !value.includes("-")) return [];
      return [`${placeOf(source, node.start)} names the node ${value}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test("no node's id, be it a plain word, is compared with a node's type", () => {
  const wrong = production.flatMap((source) =>
    source.nodes.flatMap((node) => {
      if (node.type !== "BinaryExpression" || nodeFolder(source.path) !== undefined) return [];
      const sides = [node["left"], node["right"]].filter(isSyntax);
      const literal = sides.find((side) => side.type === "Literal" && nodeIds.includes(String(side["value"])));
      const names = sides.map(({ start, end }) => source.text.slice(start, end));
      return literal && names.some((name) => /\b(type|node|nodeType)$/.test(name)) ? [placeOf(source, node.start)] : [];
    }),
  );
  expect(wrong).toEqual([]);
});

test("imports go round in no circle", () => {
  const edges = new Map(
    sources.map((source) => [
      source.path,
      importsOf(source)
        .filter(({ typeOnly }) => !typeOnly)
        .flatMap(({ specifier }) => resolveImport(source, specifier) ?? []),
    ]),
  );
  const finished = new Set<string>();
  const cycles: string[] = [];
  function visit(path: string, trail: readonly string[]): void {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    if (finished.has(path) || trail.includes(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  }
  for (const path of edges.keys()) visit(path, []);
  expect(cycles).toEqual([]);
});

test("nothing is re-exported wholesale", () => {
  const wrong = sources.flatMap((source) =>
    source.nodes.filter((node) => node.type === "ExportAllDeclaration").map((node) => placeOf(source, node.start)),
  );
  expect(wrong).toEqual([]);
});

test("schema, cel and every portable file stay portable", () => {
  const pure = /^packages\/(schema|cel|onnx|text)\/src\/|^packages\/nodes\/[^/]+\/(spec|run)\.ts$/;
  const wrong = production.flatMap((source) =>
    !pure.test(source.path) || source.path.endsWith(".node.ts")
      ? []
      : importsOf(source)
          .filter(({ specifier }) => specifier.startsWith("node:"))
          .map(({ specifier, start }) => `${placeOf(source, start)} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});
