import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { compileChatTemplate, tokenMask, type ChatMessage } from "./chat-template.ts";
import { strftime } from "./strftime.ts";

const assets = resolve(import.meta.dirname, "../../../../shared/assets");
const golden = resolve(assets, "golden/chat-templates");
const trl = resolve(assets, "golden/trl/chat_templates");

interface Case {
  name: string;
  chat_template?: string;
  template?: string;
  data?: Record<string, unknown>;
  context?: Record<string, unknown>;
  target?: string;
  expected?: string;
}

describe.skipIf(!existsSync(golden))("golden templates (needs ../shared/assets beside the checkout)", () => {
  const files = existsSync(golden) ? readdirSync(golden).filter((name) => name.endsWith(".json")) : [];
  it.each(files)("%s byte for byte", (file) => {
    const cases: Case[] = JSON.parse(readFileSync(resolve(golden, file), "utf8"));
    for (const { name, chat_template, template, data, context, target, expected } of cases) {
      const text = compileChatTemplate(chat_template ?? template ?? "").renderVariables(data ?? context ?? {});
      expect([name, text]).toEqual([name, target ?? expected]);
    }
    console.log(`template cases: ${file} ${cases.length} of ${cases.length}`);
  });
});

const talk: ChatMessage[] = [
  { role: "user", content: "Hello" },
  { role: "assistant", content: "Hi 🦙\n" },
  { role: "user", content: "More" },
  { role: "assistant", content: "Bye" },
];
const variables = { bos_token: "<s>", eos_token: "</s>" };

function render(name: string): { text: string; spoken: string[] } {
  const template = compileChatTemplate(readFileSync(resolve(trl, name), "utf8"));
  const { text, spans } = template.renderWithSpans({ messages: talk, variables });
  return { text, spoken: spans.map(([start, end]) => text.slice(start, end)) };
}

describe.skipIf(!existsSync(trl))("TRL's training templates (need ../shared/assets beside the checkout)", () => {
  it("marks what {% generation %} encloses", () => {
    expect(render("qwen3_instruct_2507_training.jinja").spoken).toEqual(["Hi 🦙\n<|im_end|>\n", "Bye<|im_end|>\n"]);
    expect(render("llama3_training.jinja").spoken).toEqual(["Hi 🦙<|eot_id|>", "Bye<|eot_id|>"]);
  });

  it.each(["gemma", "lfm2", "qwen2_5_vl", "qwen3_instruct_2507", "qwen3_vl", "llama3"])(
    "%s: prefixes find the same turns as the marks",
    (name) => {
      expect(render(`${name}.jinja`)).toEqual(render(`${name}_training.jinja`));
    },
  );

  it("phi3 ends each text with eos, and its turns are found all the same", () => {
    expect(render("phi3.jinja").spoken).toEqual(["Hi 🦙\n<|end|>\n", "Bye<|end|>\n</s>"]);
  });

  it("says so where a turn changes with what follows", () => {
    expect(() => render("qwen3.jinja")).toThrow(
      "chat template: message 2 of 4 is rendered otherwise when later messages follow",
    );
  });

  it("finds the last turn even there", () => {
    const template = compileChatTemplate(readFileSync(resolve(trl, "qwen3.jinja"), "utf8"));
    const { text, spans } = template.renderWithSpans({ messages: talk, variables }, "last");
    expect(spans.map(([start, end]) => text.slice(start, end))).toEqual(["<think>\n\n</think>\n\nBye<|im_end|>\n"]);
  });
});

describe("where @huggingface/jinja departs from Jinja", () => {
  it.each([
    ["{{ x.lstrip('\\n') }}|", { x: "\n  a" }, "  a|"],
    ["{{ x.rstrip('ab') }}|{{ x.strip() }}", { x: " cab" }, " c|cab"],
    ["{{ x | string }}{{ y | string }}{{ 1 | string }}", { x: null, y: true }, "NoneTrue1"],
    ["a\r\n{% if true %}\r\nb\r\n{% endif %}\r\nc", {}, "a\nb\nc"],
  ])("%j", (template, values, expected) => {
    expect(compileChatTemplate(template).renderVariables(values)).toBe(expected);
  });
});

describe("globals and errors", () => {
  it("knows the date it is given", () => {
    const now = new Date(2026, 6, 4, 9, 5);
    expect(compileChatTemplate("{{ strftime_now('%d %b %Y') }}").renderVariables({}, now)).toBe("04 Jul 2026");
    expect(strftime(now, "%A %-d %B %y %I:%M %p %j %%")).toBe("Saturday 4 July 26 09:05 AM 185 %");
  });

  it("passes on what raise_exception says", () => {
    const template = compileChatTemplate(
      "{% if messages | length > 1 %}{{ raise_exception('one message only') }}{% endif %}",
    );
    expect(() => template.render({ messages: talk })).toThrow("chat template: one message only");
  });

  it("says where Jinja is broken", () => {
    expect(() => compileChatTemplate("{% if x %}")).toThrow("chat template: is not valid Jinja");
  });
});

describe("token mask", () => {
  it("takes every token that has a part in a span, and no empty one", () => {
    const offsets = [0, 0, 0, 3, 3, 5, 5, 8, 8, 9, 9, 9];
    expect(tokenMask(offsets, [[4, 8]])).toEqual([false, false, true, true, false, false]);
  });
});
