// The headings of Markdown text (CommonMark: ATX and setext), with their places. Lines inside fenced code are none.

export interface Heading {
  /** 1 to 6. */
  readonly level: number;
  readonly text: string;
  /** UTF-16 offset of the line it starts on. */
  readonly start: number;
}

/** A longer line is text that starts with a hash. */
const longest = 500;
const fence = /^ {0,3}(`{3,}|~{3,})/;
const atx = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const underline = /^ {0,3}(=+|-+)[ \t]*$/;
/** What cannot be the text of an underlined heading: a list, a quote, a table, an indented line. */
const noParagraph = /^(\s*$| {4}|\t| {0,3}(?:[-*+>|#]|\d+[.)]\s))/;

export function markdownHeadings(text: string): Heading[] {
  const headings: Heading[] = [];
  let open = "";
  // The line before, where it stands alone: a rule under the last of several lines is rather a rule than their heading.
  let before = { line: "", start: 0 };
  let wasBlank = true;
  for (let start = 0; start <= text.length;) {
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found;
    const line = text.slice(start, end).replace(/\r$/, "");
    const [, marks = ""] = fence.exec(line) ?? [];
    if (open !== "") {
      const closes = marks.startsWith(open) && line.trim() === marks;
      if (closes) open = "";
    } else if (marks !== "") open = marks;
    else if (line.length <= longest) {
      const [, hashes = "", title = ""] = atx.exec(line) ?? [];
      const [, rule = ""] = underline.exec(line) ?? [];
      if (hashes !== "")
        headings.push({ level: hashes.length, text: plain(title.replace(/[ \t]+#+[ \t]*$/, "")), start });
      else if (rule !== "" && !noParagraph.test(before.line) && before.line.length <= longest) {
        headings.push({ level: rule.startsWith("=") ? 1 : 2, text: plain(before.line), start: before.start });
      }
    }
    before = wasBlank && open === "" && marks === "" && !atx.test(line) ? { line, start } : { line: "", start };
    wasBlank = line.trim() === "" || atx.test(line);
    start = end + 1;
  }
  return headings.filter((heading) => heading.text !== "");
}

/** Without emphasis, code marks, the targets of links, and attributes such as `{#anchor}` or `[[anchor]]`. */
function plain(title: string): string {
  return title
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[ \t]*(\{[#.:][^}]*\}|\[\[[^\]]*\]\])[ \t]*$/, "")
    .replaceAll(/(\*\*|__|`)(.+?)\1/g, "$2")
    .replaceAll(/(^|\W)[*_]([^*_]+)[*_](?=\W|$)/g, "$1$2")
    .trim();
}
