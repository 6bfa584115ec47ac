// Glyphs: one shape per port kind (colour is never the only sign), the weave of "cached", and the few icons of the frame.
import type { PortKind } from "@heddle/schema/type";
import type { ReactNode } from "react";

/** Drawn in a 12 × 12 box. Every port kind has a shape and the colour --port-<kind>. */
const shapes: Record<PortKind, ReactNode> = {
  rows: <circle cx="6" cy="6" r="4.3" />,
  model: <rect x="1.8" y="1.8" width="8.4" height="8.4" rx="1.4" />,
  adapter: <path d="M6 .9 11.1 6 6 11.1.9 6Z" />,
  tokenizer: <path d="M6 1 11.2 10.4H.8Z" />,
  index: <path d="M3.4 1.3h5.2L11.2 6 8.6 10.7H3.4L.8 6Z" />,
  endpoint: (
    <path
      fillRule="evenodd"
      d="M6 1.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6Zm0 2.4a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8Z"
    />
  ),
  report: <path d="M1.5 4.4h9v3.2h-9z" />,
  files: <path fillRule="evenodd" d="M2.4 1h4.8l2.6 2.7V11H2.4ZM3.8 2.4v7.2h4.6V4.9H6.2V2.4Z" />,
};

export function kindColour(kind: PortKind): string {
  return `var(--port-${kind})`;
}

export function PortGlyph({ kind, hollow = false, size = 12 }: { kind: PortKind; hollow?: boolean; size?: number }) {
  const colour = kindColour(kind);
  const drawn = hollow ? { fill: "var(--card)", stroke: colour, strokeWidth: 1.5 } : { fill: colour };
  return (
    <svg className="glyph" width={size} height={size} viewBox="0 0 12 12" aria-hidden="true" {...drawn}>
      {shapes[kind]}
    </svg>
  );
}

export type IconName = keyof typeof icons;

/** Strokes in a 16 × 16 box. */
const icons = {
  weave: "M3 4.5h10M3 8h10M3 11.5h10M5.5 2.5v11M10.5 2.5v11",
  check: "m3.2 8.4 3.2 3.2 6.4-7.4",
  cross: "M4 4l8 8M12 4l-8 8",
  undo: "M6 3.5 3 6.5l3 3M3.4 6.5h6.1a3.5 3.5 0 0 1 0 7H7",
  redo: "m10 3.5 3 3-3 3M12.6 6.5H6.5a3.5 3.5 0 0 0 0 7H9",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  plus: "M8 3.2v9.6M3.2 8h9.6",
  minus: "M3.2 8h9.6",
  chevron: "m4.5 6.3 3.5 3.5 3.5-3.5",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm3.4-1.1 3.1 3.1",
  left: "M2.5 3.5h11v9h-11zM6 3.5v9",
  right: "M2.5 3.5h11v9h-11zM10 3.5v9",
  bottom: "M2.5 3.5h11v9h-11zM2.5 9.5h11",
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6ZM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
  moon: "M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6Z",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  download: "M8 2.5v7.2M4.9 6.8 8 9.9l3.1-3.1M3 13h10",
  trash: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9",
  expand: "M9.5 2.5h4v4M6.5 13.5h-4v-4M13.2 2.8 9.3 6.7M2.8 13.2l3.9-3.9",
} as const;

export function Icon({ name, size = 15 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 2 : 1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={icons[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg
      width="20"
      height="20"
      viewBox="0 0 20 20"
      fill="none"
      stroke="var(--accent)"
      strokeWidth="1.6"
      aria-hidden="true"
    >
      <path d="M4 2v16M10 2v5m0 6v5M16 2v16" />
      <ellipse cx="10" cy="10" rx="2.1" ry="3" />
      <path d="M1 10h7m4 0h7" stroke="var(--port-model)" />
    </svg>
  );
}
