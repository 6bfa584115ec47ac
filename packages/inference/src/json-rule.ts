// Holds an answer to JSON, token by token.
import type { TokenRule } from "@heddle/onnx/generate";
import type { Tokenizer } from "@heddle/text/tokenizer";
import { advance, isOver, isWhole, startOf } from "./json-prefix.ts";
import { shapeAsked } from "./json-shape.ts";
import type { JsonAsked } from "./language-model.ts";

export function jsonRules(tokenizer: Tokenizer): (asked: JsonAsked) => () => TokenRule {
  const textOf = tokenTexts(tokenizer);
  return (asked) => {
    const shape = shapeAsked(asked);
    return () => {
      let prefix = startOf(shape);
      return {
        allows: (id) => textOf(id) !== "" && advance(prefix, textOf(id)) !== undefined,
        take(id) {
          prefix = advance(prefix, textOf(id)) ?? prefix;
        },
        mayEnd: () => isWhole(prefix),
        isOver: () => isOver(prefix),
      };
    };
  };
}

/** What a token adds to a text; half a character comes out as U+FFFD, which JSON allows in its strings only. Special tokens add nothing. */
function tokenTexts(tokenizer: Tokenizer): (id: number) => string {
  const known = new Map<number, string>();
  // Behind other text: some decoders take the space before a first word away.
  const before = [...tokenizer.encode("a", { special: false }).ids];
  const { length } = tokenizer.decode(before);
  return (id) => {
    let text = known.get(id);
    if (text === undefined) {
      text = tokenizer.isSpecial(id) ? "" : tokenizer.decode([...before, id]).slice(length);
      known.set(id, text);
    }
    return text;
  };
}
