/** One of a few, side by side: looks of one result, tools of one look. Arrow keys move. */
export function Choice<K extends string>({
  label,
  options,
  value,
  set,
  title,
}: {
  label: string;
  options: Readonly<Record<K, string>>;
  value: K;
  set: (value: K) => void;
  title?: Readonly<Partial<Record<K, string>>>;
}) {
  const names = Object.keys(options) as K[];
  return (
    <div className="choice" role="radiogroup" aria-label={label}>
      {names.map((name, index) => (
        <button
          key={name}
          role="radio"
          aria-checked={name === value}
          tabIndex={name === value ? 0 : -1}
          title={title?.[name]}
          onClick={() => set(name)}
          onKeyDown={(event) => {
            const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
            const next = by === undefined ? undefined : names[(index + by + names.length) % names.length];
            if (next === undefined) return;
            event.preventDefault();
            event.stopPropagation();
            set(next);
            event.currentTarget.parentElement?.querySelectorAll<HTMLElement>("button")[names.indexOf(next)]?.focus();
          }}
        >
          {options[name]}
        </button>
      ))}
    </div>
  );
}
