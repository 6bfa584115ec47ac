// Numbers and times as a person reads them.

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** Counts with separators: 12,480. */
export function count(value: number): string {
  return grouped.format(value);
}

/** A measured number with about four figures: 1.842, 0.0021, 3.1e-4. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (value === 0 || Number.isInteger(value)) return size < 1e15 ? count(value) : value.toExponential(2);
  if (size < 1e-3) return value.toExponential(1).replace(".0e", "e");
  if (size >= 1000) return count(value);
  if (size < 0.1) return String(Number(value.toPrecision(3)));
  return String(Number(value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 3)));
}

/** As written in a form: short, and what it parses back to is the same number. */
export function plain(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e9) ? value.toExponential().replace("e+", "e") : String(value);
}

const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/** For an axis: 150, 12K, 2.3M. */
export function compact(value: number): string {
  return Math.abs(value) < 10_000 ? figure(value) : short.format(value);
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let scaled = value / 1000;
  let unit = 0;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  return `${scaled < 10 ? scaled.toFixed(1) : Math.round(scaled)} ${units[unit] ?? "TB"}`;
}

/** 40 ms, 3.1 s, 41 s, 1 min 10 s, 2 h 5 min. */
export function duration(ms: number): string {
  if (ms < 95) return `${Math.max(1, Math.round(ms))} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long ago: just now, 12 s ago, 5 min ago, yesterday 16:02, 3 March. */
export function ago(time: number, now: number = Date.now()): string {
  const seconds = Math.round((now - time) / 1000);
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  const date = new Date(time);
  const clock = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (time >= midnight) return `today ${clock}`;
  if (time >= midnight - 86_400_000) return `yesterday ${clock}`;
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long" });
}

export function plural(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** A JSON value in one short line. */
export function brief(value: unknown, length = 48): string {
  const text = typeof value === "string" ? value : typeof value === "number" ? plain(value) : JSON.stringify(value);
  if (text === undefined) return "none";
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
