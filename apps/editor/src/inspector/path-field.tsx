// A path beside the graph, typed, or files chosen or dropped here: they are put beside the graph and named.
import { useRef, useState, type ReactNode } from "react";
import { reporting } from "../interface-store.ts";
import { Icon } from "../theme/glyphs.tsx";
import { useSession } from "../use-session.ts";

export function PathField({
  label,
  many,
  set,
  children,
}: {
  label: string;
  /** Takes several files, and is then the folder that they are in: the graph's own. */
  many: boolean;
  set: (path: string) => void;
  children: ReactNode;
}) {
  const { api, id } = useSession();
  const picker = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const what = many ? "files" : "a file";
  const put = (chosen: FileList | null) => {
    const files = [...(chosen ?? [])].slice(0, many ? Infinity : 1);
    if (files.length === 0) return;
    setBusy(true);
    reporting(
      Promise.all(files.map((file) => api.upload(id, file)))
        .then(([first = ""]) => set(files.length > 1 ? "." : first))
        .finally(() => setBusy(false)),
    );
  };
  return (
    <span
      className="with-unit"
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes("Files")) event.preventDefault();
      }}
      onDrop={(event) => {
        event.preventDefault();
        put(event.dataTransfer.files);
      }}
    >
      {children}
      <button
        type="button"
        className="button icon path-choose"
        disabled={busy}
        title={busy ? "Copying beside the graph" : `Choose ${what}, to be copied beside the graph`}
        aria-label={`Choose ${what} for ${label}`}
        onClick={() => picker.current?.click()}
      >
        <Icon name="more" />
      </button>
      <input
        ref={picker}
        type="file"
        multiple={many}
        className="visually-hidden"
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => {
          put(event.target.files);
          event.target.value = "";
        }}
      />
    </span>
  );
}
