// What starts a declaration, by language (the column `format` of loaded code, or the parameter): facts of the languages' grammars, as
// text splitters commonly list them.
import { declarations, lines, paragraphs, topLevel, words, type Boundary } from "./boundaries.ts";

const script =
  "(?:export\\s+|default\\s+|declare\\s+|async\\s+|abstract\\s+)*(?:function|class|const|let|var|interface|type|enum|namespace|module)\\b";
const javaLike =
  "(?:@\\w|(?:public|private|protected|internal|static|final|abstract|sealed|open|override|suspend|partial|readonly|data|case|implicit|lazy)\\b|(?:class|interface|enum|record|object|trait|struct|namespace|fun|def|val|var|void)\\b)";
const cLike =
  "(?:class|struct|enum|union|namespace|template|typedef|static|inline|extern|void|int|char|float|double|bool|auto|unsigned|size_t|std::\\w+)\\b";

const starts: Readonly<Record<string, string>> = {
  python: "(?:@|(?:async\\s+)?def\\b|class\\b)",
  javascript: script,
  typescript: script,
  vue: `(?:<(?:script|template|style)|${script})`,
  svelte: `(?:<(?:script|style)|${script})`,
  java: javaLike,
  kotlin: javaLike,
  scala: javaLike,
  csharp: javaLike,
  dart: javaLike,
  c: cLike,
  cpp: cLike,
  go: "(?:func|type|var|const)\\b",
  rust: "(?:#\\[|(?:pub(?:\\([^)]*\\))?\\s+)?(?:async\\s+|unsafe\\s+)*(?:fn|struct|enum|trait|impl|mod|const|static|type|macro_rules!))",
  ruby: "(?:def|class|module)\\b",
  php: "(?:(?:abstract|final|public|private|protected|static)\\s+)*(?:function|class|interface|trait|namespace)\\b",
  swift:
    "(?:@\\w|(?:(?:public|private|internal|open|static|final)\\s+)*(?:func|class|struct|enum|protocol|extension|actor)\\b)",
  lua: "(?:local\\s+)?function\\b",
  perl: "(?:sub|package)\\b",
  shell: "(?:function\\b|[\\w-]+\\s*\\(\\)\\s*\\{)",
  powershell: "(?:function|filter|class)\\b",
  sql: "(?:create|alter|drop|select|insert|update|delete|with|begin|CREATE|ALTER|DROP|SELECT|INSERT|UPDATE|DELETE|WITH|BEGIN)\\b",
  haskell: "(?:module|import|data|newtype|type|class|instance|[a-z]\\w*\\s*::)",
  elixir: "(?:defmodule|defp?|defmacro|defimpl|defprotocol|@doc)\\b",
  r: "[\\w.]+\\s*(?:<-|=)\\s*function\\b",
  julia: "(?:function|struct|mutable\\s+struct|macro|module|abstract\\s+type)\\b",
  solidity: "(?:contract|interface|library|function|event|modifier|struct|constructor)\\b",
  protobuf: "(?:message|service|enum|import|option|syntax)\\b",
  css: "(?:@\\w|[.#:\\w*\\[])",
};

export const languages: readonly string[] = Object.keys(starts).sort();

/** Boundaries of code, the strongest first. A language that is not known is cut at blocks in the first column. */
export function codeBoundaries(language: string): Boundary[] {
  const start = Object.hasOwn(starts, language) ? starts[language] : undefined;
  if (start === undefined) return [topLevel, paragraphs, lines, words];
  return [declarations(start, false), topLevel, declarations(start, true), paragraphs, lines, words];
}
