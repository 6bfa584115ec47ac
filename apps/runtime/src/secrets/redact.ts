// Keeps secrets out of what is stored, streamed or printed: by exact value, in the forms that programs write them in.

export interface Redactor {
  /** From now on this value is replaced by `[secret NAME]`. */
  add(name: string, value: string): void;
  text(text: string): string;
  /** All texts in a JSON value, names of fields included. */
  json<T>(value: T): T;
  /** For a text that comes in pieces. */
  stream(): RedactedStream;
}

export interface RedactedStream {
  /** What is certain to be clean; an end that may be the beginning of a secret waits for the next piece. */
  push(piece: string): string;
  end(): string;
}

interface Form {
  readonly text: string;
  readonly name: string;
}

const base64Block = 4;

/** The part of a value's base64 that is the same wherever it stands in a longer text, for each of the three places. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    // A character holds six bits: those that share bits with a neighbour are not the value's alone.
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor(((before + bytes.length) * 8) / 6);
    return whole.slice(start, end);
  });
}

function formsOf(name: string, value: string): Form[] {
  const base64 = base64Forms(value);
  const texts = [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    encodeURIComponent(value).replaceAll("%20", "+"),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    ...base64.map((text) => encodeURIComponent(text)),
    Buffer.from(value).toString("hex"),
  ];
  return [...new Set(texts)].filter((text) => text.length >= base64Block * 2).map((text) => ({ text, name }));
}

export function redactor(): Redactor {
  let forms: Form[] = [];

  function text(dirty: string): string {
    let clean = dirty;
    for (const form of forms) {
      if (clean.includes(form.text)) clean = clean.replaceAll(form.text, () => `[secret ${form.name}]`);
    }
    return clean;
  }

  function json(value: unknown): unknown {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(json);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [text(name), json(field)]));
  }

  /** Where an end begins that may be the start of a secret. */
  function openEnd(piece: string): number {
    const longest = forms[0]?.text.length ?? 0;
    for (let start = Math.max(0, piece.length - longest + 1); start < piece.length; start++) {
      const end = piece.slice(start);
      if (forms.some((form) => form.text.startsWith(end))) return start;
    }
    return piece.length;
  }

  return {
    add(name, value) {
      const known = new Set(forms.map((form) => form.text));
      const added = formsOf(name, value).filter((form) => !known.has(form.text));
      // The longest first: one secret may be a part of another.
      if (added.length > 0) forms = [...forms, ...added].sort((a, b) => b.text.length - a.text.length);
    },
    text,
    // JSON keeps its shape: only texts in it are exchanged.
    json: <T>(value: T): T => (forms.length === 0 ? value : (json(value) as T)),
    stream() {
      let held = "";
      return {
        push(piece) {
          const clean = text(held + piece);
          const cut = openEnd(clean);
          held = clean.slice(cut);
          return clean.slice(0, cut);
        },
        end() {
          const rest = held;
          held = "";
          return text(rest);
        },
      };
    },
  };
}
