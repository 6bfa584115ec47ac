// Post-processors of tokenizer.json: the special tokens that stand around a text, or around two texts of a pair.

import { isObject, listAt, numberAt, objectAt, stringAt, type JsonObject } from "./json-fields.ts";

/** Special token ids, or the first or second text. */
export type TemplatePart = readonly number[] | "A" | "B";

export interface PostProcessor {
  single: readonly TemplatePart[];
  pair: readonly TemplatePart[];
}

const plain: PostProcessor = { single: ["A"], pair: ["A", "B"] };

export function readPostProcessor(spec: unknown, place = "tokenizer.json post_processor"): PostProcessor {
  if (spec === null || spec === undefined) return plain;
  const fields = objectAt(spec, place);
  const type = stringAt(fields["type"], `${place}.type`);
  switch (type) {
    case "ByteLevel":
      return plain;
    case "BertProcessing":
    case "RobertaProcessing": {
      const cls = [namedId(fields["cls"], `${place}.cls`)];
      const sep = [namedId(fields["sep"], `${place}.sep`)];
      const between = type === "BertProcessing" ? [sep] : [sep, sep];
      return { single: [cls, "A", sep], pair: [cls, "A", ...between, "B", sep] };
    }
    case "TemplateProcessing":
      return {
        single: readTemplate(fields, "single", place),
        pair: fields["pair"] === undefined ? plain.pair : readTemplate(fields, "pair", place),
      };
    case "Sequence":
      return listAt(fields["processors"], `${place}.processors`)
        .map((part, i) => readPostProcessor(part, `${place}.processors[${i}]`))
        .reduce(nested, plain);
    default:
      throw new Error(`${place}: post-processor ${type} is not known`);
  }
}

/** `outer` applied to what `inner` gives. */
function nested(inner: PostProcessor, outer: PostProcessor): PostProcessor {
  if (outer === plain) return inner;
  if (inner === plain) return outer;
  return { single: outer.single.flatMap((part) => (part === "A" ? inner.single : [part])), pair: outer.pair };
}

/** Id of a `["[CLS]", 101]` pair. */
function namedId(pair: unknown, place: string): number {
  return numberAt(listAt(pair, place)[1], `${place}[1]`);
}

function readTemplate(fields: JsonObject, key: "single" | "pair", place: string): TemplatePart[] {
  const specials = objectAt(fields["special_tokens"] ?? {}, `${place}.special_tokens`);
  return listAt(fields[key], `${place}.${key}`).map((part) => {
    const step = objectAt(part, `${place}.${key}`);
    if (isObject(step["Sequence"])) return step["Sequence"]["id"] === "B" ? "B" : "A";
    const name = stringAt(objectAt(step["SpecialToken"], `${place}.${key}`)["id"], `${place}.${key}`);
    const at = `${place}.special_tokens.${name}`;
    return listAt(objectAt(specials[name], at)["ids"], `${at}.ids`).map((id) => numberAt(id, `${at}.ids`));
  });
}
