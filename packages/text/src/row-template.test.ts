import { describe, expect, it } from "vitest";
import { compileRowTemplate } from "./row-template.ts";

function rendered(source: string, values: Readonly<Record<string, unknown>>): string {
  return compileRowTemplate(source).render((name) => values[name]);
}

describe("row templates", () => {
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["Explain {{ topic }} to {{ who.name }}.", { topic: "rain", who: { name: "Mira" } }, "Explain rain to Mira."],
    ["{% for tag in tags %}- {{ tag | upper }}\n{% endfor %}", { tags: ["a", "b"] }, "- A\n- B\n"],
    ["{{ a }}|{{ b }}", { a: null }, "|"],
    [
      "{{ n }} {{ big }} {{ when }}",
      { n: 2, big: 12345678901234567890n, when: new Date(0) },
      "2 12345678901234567890 1970-01-01T00:00:00.000Z",
    ],
    ["{{ v[1] }}", { v: Float32Array.of(1, 0.5) }, "0.5"],
    ["{{ text }}", { text: "{{ secret }} {% raw %}" }, "{{ secret }} {% raw %}"],
    ["{{ o.constructor }}{{ o.__proto__ }}", { o: { a: 1 } }, ""],
    ["{{ items | tojson }}", { items: [{ a: [1] }] }, '[{"a": [1]}]'],
  ])("%s", (source, values, wanted) => expect(rendered(source, values)).toBe(wanted));

  it("knows the names it takes", () => {
    const source =
      "{{ a.b[c] | upper }}{% for x, y in items if x %}{{ x.name }}{{ loop.index }}{% else %}{{ z }}{% endfor %}" +
      "{% set q = w %}{{ q }}{% if n is defined and m %}{{ n }}{% endif %}{{ p | default(r) }}{{ range(2) }}" +
      "{% macro say(k, l=1) %}{{ k }}{{ l }}{% endmacro %}{{ say(u) }}";
    const { names, optional } = compileRowTemplate(source);
    expect(names).toEqual(["a", "c", "items", "z", "w", "n", "m", "p", "r", "u"]);
    expect(Array.from(optional)).toEqual(["n", "p"]);
  });

  it("says what is wrong in a line", () => {
    expect(() => compileRowTemplate("{{ a")).toThrow(/^the template is not valid Jinja: /);
    expect(() => rendered("{{ a.b() }}", { a: {} })).toThrow(/^the template cannot be rendered: /);
  });
});
