// Python's strftime in the C locale, local time, for the directives that chat templates use.

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

function padded(value: number, width = 2): string {
  return String(value).padStart(width, "0");
}

/** `%-d` and its like leave the leading zeros out; directives that are not known stay as they are. */
export function strftime(date: Date, format: string): string {
  return format.replace(/%(-?)([A-Za-z%])/g, (whole, dash: string, directive: string) => {
    const text = fieldOf(date, directive);
    if (text === undefined) return whole;
    return dash === "-" ? text.replace(/^0+(?=\d)/, "") : text;
  });
}

function fieldOf(date: Date, directive: string): string | undefined {
  const hours = date.getHours();
  switch (directive) {
    case "Y":
      return String(date.getFullYear());
    case "y":
      return padded(date.getFullYear() % 100);
    case "m":
      return padded(date.getMonth() + 1);
    case "d":
      return padded(date.getDate());
    case "e":
      return String(date.getDate()).padStart(2);
    case "B":
      return MONTHS[date.getMonth()]!;
    case "b":
    case "h":
      return MONTHS[date.getMonth()]!.slice(0, 3);
    case "A":
      return DAYS[date.getDay()]!;
    case "a":
      return DAYS[date.getDay()]!.slice(0, 3);
    case "H":
      return padded(hours);
    case "I":
      return padded(hours % 12 === 0 ? 12 : hours % 12);
    case "p":
      return hours < 12 ? "AM" : "PM";
    case "M":
      return padded(date.getMinutes());
    case "S":
      return padded(date.getSeconds());
    case "j":
      return padded(dayOfYear(date), 3);
    case "F":
      return `${date.getFullYear()}-${padded(date.getMonth() + 1)}-${padded(date.getDate())}`;
    case "T":
      return `${padded(hours)}:${padded(date.getMinutes())}:${padded(date.getSeconds())}`;
    case "%":
      return "%";
    default:
      return undefined;
  }
}

function dayOfYear(date: Date): number {
  const start = Date.UTC(date.getFullYear(), 0, 1);
  return (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - start) / 86_400_000 + 1;
}
