import { columnOf, textColumn } from "@heddle/schema/column";
import type { Batch, BatchOutput } from "@heddle/schema/batch";
import type { MapOpen } from "@heddle/schema/node";
import { c4, compileBadWords, longLines } from "./c4.ts";
import { splitEnglish } from "./english-words.ts";
import { endsIn, fineweb } from "./fineweb.ts";
import { gopherQuality, gopherRepetition } from "./gopher.ts";
import { Ngrams } from "./ngrams.ts";
import { empty, Page, type Reader, type Verdict } from "./page.ts";
import type { Params } from "./params.ts";
import { Tally } from "./tally.ts";
import { splitAnyLanguage, Vocabulary } from "./vocabulary.ts";

/** What becomes of a text: the text that is kept, or the group of rules that rejects it and its verdict. */
export type Judgement = { readonly text: string } | (Verdict & { readonly by: string });

/** One text after another; the same text is always judged the same. Order: repetition, quality, C4, FineWeb, as FineWeb was made. */
export function judgeWith(params: Params, tally: Tally): (text: string) => Judgement {
  const vocabulary = new Vocabulary(params.words === "english" ? splitEnglish : splitAnyLanguage(), params.stop_words);
  const reader: Reader = { vocabulary, ngrams: new Ngrams(vocabulary) };
  const badWord = compileBadWords(params.bad_words);
  const ends = endsIn(params.stop_chars);

  return (text) => {
    let page = new Page(text, reader);
    const early =
      from("gopher_repetition", params.gopher_repetition && gopherRepetition(page, params)) ??
      from("gopher_quality", params.gopher_quality && gopherQuality(page, params));
    if (early) return early;
    if (params.c4) {
      const edited = c4(page, params, tally.droppedLines);
      if (typeof edited !== "string") return { by: "c4", ...edited };
      page = new Page(edited, reader);
    }
    const late =
      from("c4", badWord(page.text)) ??
      from("c4_paragraphs", params.c4_paragraphs && longLines(page.text, params)) ??
      from("fineweb", params.fineweb && fineweb(page, params, ends));
    return late ?? { text: page.text };
  };
}

function from(by: string, verdict: Verdict | undefined | false): Judgement | undefined {
  return verdict ? { by, ...verdict } : undefined;
}

export const open: MapOpen<Params> = ({ params }) => {
  const tally = new Tally(params);
  const judge = judgeWith(params, tally);
  return {
    reads: [params.column],
    process: (batch) => split(batch, params.column, (text) => tally.count(text === null ? missing : judge(text))),
    report: () => ({ report: tally.report() }),
  };
};

const missing: Judgement = { by: "text", ...empty };

/** Sends the rows of a batch where the judge says. */
export function split(
  batch: Batch,
  name: string,
  judge: (text: string | null) => Judgement,
): Readonly<Record<string, BatchOutput>> {
  const column = batch.columns[name];
  const [stays, goes]: [number[], number[]] = [[], []];
  const texts: string[] = [];
  const verdicts: Exclude<Judgement, { text: string }>[] = [];
  let isEdited = false;
  for (let row = 0; row < batch.length; row++) {
    const text = column?.at(row);
    const judgement = judge(typeof text === "string" ? text : null);
    if ("text" in judgement) {
      stays.push(row);
      texts.push(judgement.text);
      isEdited ||= judgement.text !== text;
    } else {
      goes.push(row);
      verdicts.push(judgement);
    }
  }
  const rejected = {
    rejected_by: textColumn(verdicts.map(({ by }) => by)),
    rejected_reason: textColumn(verdicts.map(({ reason }) => reason)),
    rejected_value: columnOf(
      { kind: "float" },
      verdicts.map(({ value }) => value),
    ),
    rejected_limit: columnOf(
      { kind: "float" },
      verdicts.map(({ limit }) => limit),
    ),
  };
  return {
    rows: { take: Uint32Array.from(stays), ...(isEdited && { set: { [name]: textColumn(texts) } }) },
    rejected: { take: Uint32Array.from(goes), set: rejected },
  };
}
