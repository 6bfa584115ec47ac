// Post-processors of tokenizer.json: the special tokens that stand around a text.

import { isObject, listAt, numberAt, objectAt, stringAt, type JsonObject } from "./json-fields.ts";

export interface Surroundings {
  before: number[];
  after: number[];
}

export function readPostProcessor(spec: unknown, place = "tokenizer.json post_processor"): Surroundings {
  if (spec === null || spec === undefined) return { before: [], after: [] };
  const fields = objectAt(spec, place);
  const type = stringAt(fields["type"], `${place}.type`);
  switch (type) {
    case "ByteLevel":
      return { before: [], after: [] };
    case "BertProcessing":
    case "RobertaProcessing":
      return { before: [namedId(fields["cls"], `${place}.cls`)], after: [namedId(fields["sep"], `${place}.sep`)] };
    case "TemplateProcessing":
      return templateSurroundings(fields, place);
    case "Sequence": {
      const parts = listAt(fields["processors"], `${place}.processors`).map((part, i) =>
        readPostProcessor(part, `${place}.processors[${i}]`),
      );
      return {
        before: parts.toReversed().flatMap(({ before }) => before),
        after: parts.flatMap(({ after }) => after),
      };
    }
    default:
      throw new Error(`${place}: post-processor ${type} is not known`);
  }
}

/** Id of a `["[CLS]", 101]` pair. */
function namedId(pair: unknown, place: string): number {
  return numberAt(listAt(pair, place)[1], `${place}[1]`);
}

function templateSurroundings(fields: JsonObject, place: string): Surroundings {
  const specials = objectAt(fields["special_tokens"] ?? {}, `${place}.special_tokens`);
  const out: Surroundings = { before: [], after: [] };
  let isPastText = false;
  for (const part of listAt(fields["single"], `${place}.single`)) {
    const step = objectAt(part, `${place}.single`);
    if (isObject(step["Sequence"])) {
      isPastText = true;
      continue;
    }
    const name = stringAt(objectAt(step["SpecialToken"], `${place}.single`)["id"], `${place}.single`);
    const ids = listAt(
      objectAt(specials[name], `${place}.special_tokens.${name}`)["ids"],
      `${place}.special_tokens.${name}.ids`,
    );
    (isPastText ? out.after : out.before).push(...ids.map((id) => numberAt(id, `${place}.special_tokens.${name}.ids`)));
  }
  return out;
}
