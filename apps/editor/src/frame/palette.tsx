// The palette: every node of the catalogue by category, searched by words; Enter or a drag adds one.
import { categories } from "@heddle/schema/node";
import { useMemo, useRef, useState, type KeyboardEvent } from "react";
import { glyphKind, searchCatalogue, type PaletteEntry } from "../document/specs.ts";
import { Icon, PortGlyph } from "../theme/glyphs.tsx";
import { useSession } from "../use-session.ts";

/** What a drag from the palette carries. */
export const draggedNode = "application/x-heddle-node";

export function Palette({ add }: { add: (type: string) => void }) {
  const { catalogue } = useSession();
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);

  const found = useMemo(() => searchCatalogue(catalogue, query), [catalogue, query]);
  const searching = query.trim() !== "";
  const groups = searching
    ? [{ name: "", entries: found }]
    : categories.map((name) => ({ name, entries: found.filter(({ spec }) => spec.category === name) }));
  const ordered = groups.flatMap((group) => group.entries);

  const keys = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      const next = Math.min(ordered.length - 1, Math.max(0, active + by));
      setActive(next);
      list.current?.querySelectorAll("[role=option]")[next]?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      const entry = searching ? ordered[active] : undefined;
      if (!entry) return;
      add(entry.type);
      // The next search starts from nothing: nodes are often added one after another.
      setQuery("");
      setActive(0);
    } else if (event.key === "/" && !searching) {
      event.preventDefault();
    } else if (event.key === "Escape") {
      setQuery("");
      if (event.currentTarget instanceof HTMLElement) event.currentTarget.blur();
    }
  };

  return (
    <aside className="palette" aria-label="Nodes">
      <div className="search">
        <Icon name="search" size={14} />
        <input
          id="palette-search"
          placeholder="Add a node"
          aria-label="Search nodes; Enter adds the marked one"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={ordered[active] ? `palette-${ordered[active].type}` : undefined}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
          onKeyDown={keys}
        />
        <kbd>/</kbd>
      </div>
      <div className="palette-list" id="palette-list" role="listbox" aria-label="Nodes" ref={list}>
        {groups.map(
          ({ name, entries }) =>
            entries.length > 0 && (
              <div key={name} role="group" aria-label={name || "Found"}>
                {name && <div className="palette-heading">{name}</div>}
                {entries.map((entry) => (
                  <PaletteItem
                    key={entry.type}
                    entry={entry}
                    active={searching && ordered[active] === entry}
                    add={() => add(entry.type)}
                  />
                ))}
              </div>
            ),
        )}
        {found.length === 0 && <p className="empty">No node fits “{query}”. Try a shorter word.</p>}
      </div>
    </aside>
  );
}

function PaletteItem({ entry, active, add }: { entry: PaletteEntry; active: boolean; add: () => void }) {
  const kind = glyphKind(entry.spec);
  return (
    <div
      id={`palette-${entry.type}`}
      role="option"
      aria-selected={active}
      tabIndex={-1}
      className="palette-item"
      data-active={active || undefined}
      title={entry.spec.summary}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData(draggedNode, entry.type);
        event.dataTransfer.effectAllowed = "copy";
      }}
      onDoubleClick={add}
      onKeyDown={(event) => {
        if (event.key === "Enter") add();
      }}
    >
      {kind && <PortGlyph kind={kind} />}
      <span>{entry.spec.title}</span>
      <button className="palette-add" tabIndex={-1} aria-label={`Add ${entry.spec.title}`} onClick={add}>
        <Icon name="plus" size={13} />
      </button>
    </div>
  );
}
