import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRegex } from "./pattern.ts";
import { gpt2Pattern, llama3Pattern, qwen2Pattern, scannerFor } from "./word-scanner.ts";

const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        "a",
        "B",
        "é",
        "1",
        "٣",
        "½",
        " ",
        "  ",
        "\t",
        "\n",
        "\r\n",
        "\u0085",
        "\u00a0",
        "\ufeff",
        "'s",
        "'LL",
        "'ſ",
        "'",
        "!",
        "_",
        "🦙",
        "𝒜",
        "𝟙",
        "\u0301",
      ),
      { maxLength: 25 },
    )
    .map((parts) => parts.join("")),
);

describe("scanners cut as their regular expressions do", () => {
  it.each([gpt2Pattern, llama3Pattern, qwen2Pattern])("%s", (pattern) => {
    const scan = scannerFor(pattern)!;
    const expression = compileRegex(pattern, "test");
    fc.assert(
      fc.property(texts, (text) => {
        const pieces: string[] = [];
        for (let at = 0; at < text.length;) {
          const end = scan(text, at);
          pieces.push(text.slice(at, end));
          at = end;
        }
        expect(pieces).toEqual(text.match(expression) ?? []);
      }),
      { numRuns: 500 },
    );
  });
});
