// Post-processors of tokenizer.json: the special tokens that stand around a text, or around two texts of a pair.

import { isObject, listAt, numberAt, objectAt, stringAt, type JsonObject } from "./json-fields.ts";

/** Special token ids, or the first or second text; `type` tells the texts of a pair apart (BERT's token types). */
export interface TemplatePart {
  readonly of: readonly number[] | "A" | "B";
  readonly type: number;
}

export interface PostProcessor {
  single: readonly TemplatePart[];
  pair: readonly TemplatePart[];
}

const first: TemplatePart = { of: "A", type: 0 };
const plain: PostProcessor = { single: [first], pair: [first, { of: "B", type: 1 }] };

export function readPostProcessor(spec: unknown, place = "tokenizer.json post_processor"): PostProcessor {
  if (spec === null || spec === undefined) return plain;
  const fields = objectAt(spec, place);
  const type = stringAt(fields["type"], `${place}.type`);
  switch (type) {
    case "ByteLevel":
      return plain;
    case "BertProcessing":
    case "RobertaProcessing": {
      const cls = { of: [namedId(fields["cls"], `${place}.cls`)], type: 0 };
      const sep = { of: [namedId(fields["sep"], `${place}.sep`)], type: 0 };
      const isBert = type === "BertProcessing";
      const second = (of: TemplatePart["of"]): TemplatePart => ({ of, type: isBert ? 1 : 0 });
      const between = isBert ? [sep] : [sep, sep];
      return { single: [cls, first, sep], pair: [cls, first, ...between, second("B"), second(sep.of)] };
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
  return { single: outer.single.flatMap((part) => (part.of === "A" ? inner.single : [part])), pair: outer.pair };
}

/** Id of a `["[CLS]", 101]` pair. */
function namedId(pair: unknown, place: string): number {
  return numberAt(listAt(pair, place)[1], `${place}[1]`);
}

function readTemplate(fields: JsonObject, key: "single" | "pair", place: string): TemplatePart[] {
  const specials = objectAt(fields["special_tokens"] ?? {}, `${place}.special_tokens`);
  return listAt(fields[key], `${place}.${key}`).map((part) => {
    const step = objectAt(part, `${place}.${key}`);
    const { Sequence: text } = step;
    if (isObject(text)) return { of: text["id"] === "B" ? "B" : "A", type: typeOf(text) };
    const special = objectAt(step["SpecialToken"], `${place}.${key}`);
    const name = stringAt(special["id"], `${place}.${key}`);
    const at = `${place}.special_tokens.${name}`;
    const ids = listAt(objectAt(specials[name], at)["ids"], `${at}.ids`).map((id) => numberAt(id, `${at}.ids`));
    return { of: ids, type: typeOf(special) };
  });
}

function typeOf({ type_id: type }: JsonObject): number {
  return typeof type === "number" ? type : 0;
}
