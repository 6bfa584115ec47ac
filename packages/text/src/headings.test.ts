import fc from "fast-check";
import { expect, test } from "vitest";
import { markdownHeadings } from "./headings.ts";

function told(text: string): string[] {
  return markdownHeadings(text).map(({ level, text: title, start }) => `${level} ${title} @${start}`);
}

test("hashes and underlines, without marks, links and anchors", () => {
  expect(
    told("# A *fine* `day` #\n\ntext\n## [B](b.md) {#b}\nTitle\n=====\n\nSub\n---\n### LoRA[[peft.Lora]]\n"),
  ).toEqual(["1 A fine day @0", "2 B @25", "1 Title @43", "2 Sub @56", "3 LoRA @64"]);
});

test("no headings: fenced code, rules, lists, tables, tags and text right behind the hash", () => {
  const text =
    "```sh\n# comment\n```\n~~~~\n# a\n```\n# b\n~~~~\n\n---\n\n- item\n---\n\n| a |\n---\n\n#tag\n\none\ntwo\n---\n";
  expect(told(text)).toEqual([]);
});

test("a heading starts where its line starts", () => {
  const line = fc.constantFrom(
    "# One",
    "## Two ##",
    "text",
    "",
    "```",
    "Under",
    "---",
    "===",
    "- x",
    "#",
    "   ### Three",
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
      const text = lines.join("\n");
      for (const { start, text: title, level } of markdownHeadings(text)) {
        expect(start === 0 || text[start - 1] === "\n").toBe(true);
        expect(text.slice(start).split("\n")[0]).toContain(title);
        expect(level).toBeGreaterThanOrEqual(1);
      }
    }),
  );
});
