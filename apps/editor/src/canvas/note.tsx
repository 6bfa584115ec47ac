// A note on the canvas: read as Markdown, written as text. A double click or Enter opens it; leaving it or Escape is enough to keep it.
import { noteColours } from "@heddle/schema/graph";
import { NodeResizer, type NodeProps } from "@xyflow/react";
import { memo, useState } from "react";
import { changeNote, noteOf } from "../document/layout.ts";
import { interfaceStore } from "../interface-store.ts";
import { useDocument, useInterface, useSession } from "../use-session.ts";
import { Markdown } from "./markdown.tsx";
import type { FlowNode } from "./node.tsx";

export const NoteNode = memo(function NoteNode({ id, selected }: NodeProps<FlowNode>) {
  const { document } = useSession();
  const note = useDocument((state) => noteOf(state.graph, id));
  const writing = useInterface((state) => state.writing === id);
  if (!note) return null;
  return (
    <section
      className="note"
      data-colour={note.colour ?? "paper"}
      data-selected={selected || undefined}
      aria-label={`Note: ${note.note.slice(0, 80) || "empty"}`}
      onDoubleClick={() => interfaceStore.setState({ writing: id })}
    >
      <NodeResizer
        isVisible={selected}
        minWidth={96}
        minHeight={44}
        lineClassName="note-line"
        handleClassName="note-handle"
        onResizeEnd={(_, { x, y, width, height }) =>
          document.edit((graph) => changeNote(graph, id, { at: [x, y], size: [width, height] }))
        }
      />
      {selected && <Colours id={id} chosen={note.colour ?? "paper"} />}
      {writing ? (
        <Writing id={id} text={note.note} />
      ) : (
        <div className="note-text">
          {note.note.trim() === "" ? (
            <span className="faint">Double-click to write</span>
          ) : (
            <Markdown text={note.note} />
          )}
        </div>
      )}
    </section>
  );
});

function Colours({ id, chosen }: { id: string; chosen: string }) {
  const { document } = useSession();
  return (
    <div className="note-colours nodrag" role="radiogroup" aria-label="Colour of the note">
      {noteColours.map((colour) => (
        <button
          key={colour}
          className="note-swatch"
          role="radio"
          aria-checked={colour === chosen}
          aria-label={colour}
          title={colour}
          data-colour={colour}
          onClick={() => document.edit((graph) => changeNote(graph, id, { colour }))}
        />
      ))}
    </div>
  );
}

function Writing({ id, text }: { id: string; text: string }) {
  const { document } = useSession();
  const [draft, setDraft] = useState(text);
  const end = () => {
    document.edit((graph) => (noteOf(graph, id)?.note === draft ? graph : changeNote(graph, id, { note: draft })));
    if (interfaceStore.getState().writing === id) interfaceStore.setState({ writing: undefined });
  };
  return (
    <textarea
      className="note-text nodrag nowheel nopan"
      aria-label="Text of the note"
      value={draft}
      placeholder="# Heading, - list, **bold**, `code`"
      ref={(element) => element?.focus()}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={end}
      onKeyDown={(event) => {
        if (event.key === "Escape") event.currentTarget.blur();
        event.stopPropagation();
      }}
    />
  );
}
