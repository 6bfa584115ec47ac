// A CEL expression with colours and completion of the row's columns. What it says is checked by compiling, not here.
import { autocompletion, type CompletionContext } from "@codemirror/autocomplete";
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { minimalSetup } from "codemirror";
import { useEffect, useRef } from "react";
import type { FieldProps } from "./field.tsx";

/** CEL's own functions and macros (cel-spec, langdef.md). */
const functions = [
  "size",
  "contains",
  "startsWith",
  "endsWith",
  "matches",
  "has",
  "all",
  "exists",
  "exists_one",
  "filter",
  "map",
  "int",
  "double",
  "string",
  "bool",
  "timestamp",
  "duration",
  "type",
];

const language = StreamLanguage.define({
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/^r?"(\\.|[^"\\])*"?/) || stream.match(/^r?'(\\.|[^'\\])*'?/)) return "string";
    if (stream.match(/^\d+(\.\d+)?([eE][-+]?\d+)?u?/)) return "number";
    if (stream.match(/^\/\/.*/)) return "comment";
    const word = stream.match(/^[A-Za-z_]\w*/, true);
    if (Array.isArray(word)) {
      if (/^(true|false|null|in)$/.test(word[0] ?? "")) return "keyword";
      return functions.includes(word[0] ?? "") && stream.peek() === "(" ? "function" : "variableName";
    }
    if (stream.match(/^(==|!=|<=|>=|&&|\|\||[-+*/%<>!?:])/)) return "operator";
    stream.next();
    return null;
  },
  tokenTable: { function: tags.function(tags.variableName) },
});

const colours = HighlightStyle.define([
  { tag: tags.string, color: "var(--done)" },
  { tag: tags.number, color: "var(--port-model)" },
  { tag: tags.keyword, color: "var(--port-adapter)" },
  { tag: tags.operator, color: "var(--ink-2)" },
  { tag: tags.function(tags.variableName), color: "var(--accent)" },
  { tag: tags.comment, color: "var(--ink-3)" },
]);

const look = EditorView.theme({
  "&": { fontSize: "12px" },
  "&.cm-focused": { outline: "none" },
  ".cm-content": { fontFamily: "var(--mono)", padding: "5px 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 8px" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": { background: "var(--accent-soft) !important" },
});

export default function CelField(props: FieldProps) {
  const { id, label, value, schema, set, changed, invalid, columns } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const newest = useRef({ set, columns });
  useEffect(() => {
    newest.current = { set, columns };
  });
  const text = typeof value === "string" ? value : typeof schema.default === "string" ? schema.default : "";
  const first = useRef(text);

  useEffect(() => {
    const parent = box.current;
    if (!parent) return;
    const complete = (context: CompletionContext) => {
      const word = context.matchBefore(/[A-Za-z_]\w*/);
      if (!word && !context.explicit) return null;
      return {
        from: word?.from ?? context.pos,
        options: [
          ...Object.entries(newest.current.columns).map(([name, type]) => ({ label: name, detail: type, boost: 10 })),
          ...functions.map((name) => ({ label: name, type: "function", apply: `${name}(` })),
        ],
      };
    };
    const editor = new EditorView({
      parent,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          minimalSetup,
          language,
          syntaxHighlighting(colours),
          look,
          autocompletion({ override: [complete], icons: false }),
          placeholder('such as lang == "en"'),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) newest.current.set(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [label]);

  // Undo, paste and other edits of the document reach the field too.
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  return (
    <div ref={box} id={id} className="field cel-field" data-changed={changed || undefined} aria-invalid={invalid} />
  );
}
