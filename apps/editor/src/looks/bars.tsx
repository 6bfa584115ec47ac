import { figure } from "../theme/words.ts";

/** Horizontal bars, all from zero. */
export function Bars({ items }: { items: readonly { readonly label: string; readonly value: number }[] }) {
  const most = Math.max(...items.map((item) => Math.abs(item.value)), Number.MIN_VALUE);
  return (
    <dl className="bars">
      {items.map((item) => (
        <div key={item.label}>
          <dt title={item.label}>{item.label}</dt>
          <dd>{item.value !== 0 && <i style={{ width: `${(Math.abs(item.value) / most) * 100}%` }} />}</dd>
          <dd className="bar-value">{figure(item.value)}</dd>
        </div>
      ))}
    </dl>
  );
}
