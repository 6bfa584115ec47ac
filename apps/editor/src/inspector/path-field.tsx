// A path beside the graph, typed, or a file chosen or dropped here: it is put beside the graph and named.
import { useRef, useState, type ReactNode } from "react";
import { reporting } from "../interface-store.ts";
import { Icon } from "../theme/glyphs.tsx";
import { useSession } from "../use-session.ts";

export function PathField({
  label,
  set,
  children,
}: {
  label: string;
  set: (path: string) => void;
  children: ReactNode;
}) {
  const { api, id } = useSession();
  const picker = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const put = (file: File | undefined) => {
    if (!file) return;
    setBusy(true);
    reporting(
      api
        .upload(id, file)
        .then(set)
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
        put(event.dataTransfer.files[0]);
      }}
    >
      {children}
      <button
        type="button"
        className="button icon path-choose"
        disabled={busy}
        title={busy ? "Copying the file beside the graph" : "Choose a file; it is copied beside the graph"}
        aria-label={`Choose a file for ${label}`}
        onClick={() => picker.current?.click()}
      >
        <Icon name="more" />
      </button>
      <input
        ref={picker}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => {
          put(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
    </span>
  );
}
