// What was used of what was allowed: tokens, money, calls. Nearly used up is amber, used up red; words say it too.
import type { ReportBlock } from "@heddle/schema/report";
import { compact, count, figure } from "../theme/words.ts";

type MeterBlock = Extract<ReportBlock, { kind: "meter" }>;
type MeterItem = MeterBlock["items"][number];

/** $0.0042, $1.20, 12,480 tokens, 7 calls. */
export function amount(value: number, unit: string): string {
  if (unit === "USD") return value !== 0 && Math.abs(value) < 0.1 ? `$${figure(value)}` : `$${value.toFixed(2)}`;
  return `${Number.isInteger(value) ? count(value) : figure(value)} ${unit}`;
}

function short(value: number, unit: string): string {
  return unit === "USD" ? amount(value, unit) : compact(value);
}

function level({ used, limit }: MeterItem): "open" | "fine" | "near" | "over" {
  if (limit === undefined) return "open";
  if (used >= limit) return "over";
  return used >= limit * 0.85 ? "near" : "fine";
}

const levelWords = { open: "no limit set", fine: "", near: "nearly used up", over: "used up" };

export function MeterView({ title, items }: { title: string; items: readonly MeterItem[] }) {
  return (
    <div className="meter">
      <h5>{title}</h5>
      {items.map((item) => (
        <div key={item.label} className="meter-item" data-level={level(item)}>
          <div className="meter-words">
            <span>{item.label}</span>
            <span className="faint">{levelWords[level(item)]}</span>
            <span className="grow" />
            <b data-number>{amount(item.used, item.unit)}</b>
            {item.limit !== undefined && (
              <span className="muted" data-number>
                of {amount(item.limit, item.unit)}
              </span>
            )}
          </div>
          <MeterBar item={item} />
        </div>
      ))}
    </div>
  );
}

function MeterBar({ item }: { item: MeterItem }) {
  const share = item.limit === undefined ? 0 : Math.min(1, item.limit > 0 ? item.used / item.limit : 1);
  return (
    <div
      className="meter-bar"
      role="meter"
      aria-label={item.label}
      aria-valuemin={0}
      aria-valuenow={item.used}
      aria-valuemax={item.limit}
      aria-valuetext={`${amount(item.used, item.unit)}${item.limit === undefined ? "" : ` of ${amount(item.limit, item.unit)}`}`}
    >
      <i style={{ width: `${share * 100}%` }} />
    </div>
  );
}

export function MeterBrief({ items }: { items: readonly MeterItem[] }) {
  return (
    <div className="meter-brief">
      {items.slice(0, 4).map((item) => (
        <div key={item.label} className="meter-item" data-level={level(item)}>
          <div className="meter-words">
            <span className="ellipsis">{item.label}</span>
            <span className="grow" />
            <b data-number>{short(item.used, item.unit)}</b>
            {item.limit !== undefined && (
              <span className="faint" data-number>
                of {short(item.limit, item.unit)}
              </span>
            )}
          </div>
          {item.limit !== undefined && <MeterBar item={item} />}
        </div>
      ))}
    </div>
  );
}
