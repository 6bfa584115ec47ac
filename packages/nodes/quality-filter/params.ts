// Every limit of the rules, with datatrove 0.10's default and, but for a few, its name.
import { z } from "zod";

const gopherQuality = "Gopher quality";
const gopherRepetition = "Gopher repetition";
const c4 = "C4";
const fineweb = "FineWeb";

function share(standard: number, group: string, label: string, describe: string) {
  return z.number().min(0).default(standard).describe(describe).meta({ label, group });
}

function whole(standard: number, group: string, label: string, describe: string, unit?: string) {
  const meta = { label, group, ...(unit !== undefined && { unit }) };
  return z.int().min(0).default(standard).describe(describe).meta(meta);
}

function flag(standard: boolean, group: string, label: string, describe: string) {
  return z.boolean().default(standard).describe(describe).meta({ label, group });
}

function phrases(standard: readonly string[], group: string, label: string, describe: string) {
  return z
    .array(z.string().min(1))
    .default([...standard])
    .describe(describe)
    .meta({ label, group });
}

const topGram = (n: number, limit: number) =>
  share(
    limit,
    gopherRepetition,
    `Top ${n}-gram at most`,
    `Share of characters that the most frequent run of ${n} words may take. 0: off.`,
  );
const duplicateGram = (n: number, limit: number) =>
  share(
    limit,
    gopherRepetition,
    `Repeated ${n}-grams at most`,
    `Share of characters in runs of ${n} words that stood there before. 0: off.`,
  );

const groups = {
  gopher_repetition: z
    .boolean()
    .default(true)
    .describe("Reject texts that repeat lines, paragraphs or runs of words.")
    .meta({ label: "Gopher repetition" }),
  gopher_quality: z
    .boolean()
    .default(true)
    .describe(
      "Reject texts by number and length of words, symbols, bullets, ellipses, and common words that are missing.",
    )
    .meta({ label: "Gopher quality" }),
  c4: z
    .boolean()
    .default(false)
    .describe(
      "Drop lines that are no sentences (this changes the text), and texts with too few sentences left, or with code.",
    )
    .meta({ label: "C4 quality" }),
  c4_paragraphs: z
    .boolean()
    .default(false)
    .describe("Reject texts without a few long lines, as multilingual C4 does.")
    .meta({ label: "C4 paragraphs" }),
  fineweb: z
    .boolean()
    .default(true)
    .describe("Reject lists: lines without an end, short lines, repeated lines, many line breaks.")
    .meta({ label: "FineWeb quality" }),
};

const gopherQualityLimits = {
  min_doc_words: whole(50, gopherQuality, "Words at least", "Words that are no symbols. 0: off.", "words"),
  max_doc_words: whole(100_000, gopherQuality, "Words at most", "Words that are no symbols. 0: off.", "words"),
  min_avg_word_length: share(
    3,
    gopherQuality,
    "Mean word at least",
    "Mean length in characters of words that are no symbols. 0: off.",
  ),
  max_avg_word_length: share(
    10,
    gopherQuality,
    "Mean word at most",
    "Mean length in characters of words that are no symbols. 0: off.",
  ),
  max_symbol_word_ratio: share(
    0.1,
    gopherQuality,
    "Symbols at most",
    "Number signs to words, and likewise ellipses to words. 0: off.",
  ),
  max_bullet_lines_ratio: share(
    0.9,
    gopherQuality,
    "Bullet lines at most",
    "Share of lines that begin with • or -. 0: off.",
  ),
  max_ellipsis_lines_ratio: share(
    0.3,
    gopherQuality,
    "Ellipsis lines at most",
    "Share of lines that end in an ellipsis. 0: off.",
  ),
  min_alpha_words_ratio: share(
    0.8,
    gopherQuality,
    "Words with letters at least",
    "Share of words, symbols among them, that have a letter; datatrove calls it max_non_alpha_words_ratio. 0: off.",
  ),
  min_stop_words: whole(
    2,
    gopherQuality,
    "Common words at least",
    "Different ones of the common words below. 0: off.",
    "words",
  ),
  stop_words: phrases(
    ["the", "be", "to", "of", "and", "that", "have", "with"],
    gopherQuality,
    "Common words",
    "Words that any natural text has, as they are written.",
  ),
};

const gopherRepetitionLimits = {
  dup_para_frac: share(
    0.3,
    gopherRepetition,
    "Repeated paragraphs at most",
    "Share of paragraphs that stood there before. 0: off.",
  ),
  dup_para_char_frac: share(
    0.2,
    gopherRepetition,
    "In repeated paragraphs at most",
    "Share of characters in paragraphs that stood there before. 0: off.",
  ),
  dup_line_frac: share(
    0.3,
    gopherRepetition,
    "Repeated lines at most",
    "Share of lines that stood there before. 0: off.",
  ),
  dup_line_char_frac: share(
    0.2,
    gopherRepetition,
    "In repeated lines at most",
    "Share of characters in lines that stood there before. 0: off.",
  ),
  top_2_gram: topGram(2, 0.2),
  top_3_gram: topGram(3, 0.18),
  top_4_gram: topGram(4, 0.16),
  dup_5_gram: duplicateGram(5, 0.15),
  dup_6_gram: duplicateGram(6, 0.14),
  dup_7_gram: duplicateGram(7, 0.13),
  dup_8_gram: duplicateGram(8, 0.12),
  dup_9_gram: duplicateGram(9, 0.11),
  dup_10_gram: duplicateGram(10, 0.1),
};

const c4Limits = {
  remove_citations: flag(true, c4, "Remove citations", "Take out [1], [edit] and [citation needed]."),
  filter_no_terminal_punct: flag(
    true,
    c4,
    "Lines must end",
    "Drop lines that do not end in . ? ! \" or ', and those that end in an ellipsis. FineWeb leaves this off.",
  ),
  min_words_per_line: whole(3, c4, "Words per line at least", "Lines with fewer words are dropped.", "words"),
  max_word_length: whole(
    1000,
    c4,
    "Longest word at most",
    "Lines with a longer one are dropped. 0: off.",
    "characters",
  ),
  filter_javascript: flag(true, c4, "No javascript", "Drop lines that mention javascript."),
  policy_phrases: phrases(
    ["terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies"],
    c4,
    "Policy phrases",
    "Drop lines with one of these, in capitals or not.",
  ),
  filter_lorem_ipsum: flag(true, c4, "No lorem ipsum", "Reject texts with it."),
  filter_curly_bracket: flag(true, c4, "No curly bracket", "Reject texts with {, which are code mostly."),
  bad_words: phrases([], c4, "Bad words", "Reject texts with one of these as a word of its own, in capitals or not."),
  min_num_sentences: whole(
    5,
    c4,
    "Sentences at least",
    "Reject texts with fewer in the lines that are left. 0: off.",
    "sentences",
  ),
  min_paragraphs: whole(3, c4, "Long lines at least", "C4 paragraphs: lines that are long enough.", "lines"),
  min_paragraph_length: whole(200, c4, "Long from", "C4 paragraphs: length of a long line.", "characters"),
};

const finewebLimits = {
  line_punct_thr: share(0.12, fineweb, "Ended lines at least", "Share of lines that end like a sentence."),
  line_punct_exclude_zero: flag(
    false,
    fineweb,
    "Excuse none",
    "Keep texts of which no line at all ends like a sentence.",
  ),
  stop_chars: z
    .string()
    .default("")
    .describe("Characters that end a sentence, such as .?!; empty: those of every script.")
    .meta({ label: "Sentence ends", group: fineweb }),
  short_line_thr: share(0.67, fineweb, "Short lines at most", "Share of lines that are short."),
  short_line_length: whole(30, fineweb, "Short up to", "Length of a short line.", "characters"),
  char_duplicates_ratio: share(
    0.01,
    fineweb,
    "In repeated lines at most",
    "Share of characters in lines that stood there before.",
  ),
  new_line_ratio: share(0.3, fineweb, "Line breaks at most", "Line breaks to words."),
};

export const params = z.object({
  column: z.string().min(1).default("text").describe("The column of texts that is judged.").meta({ label: "Column" }),
  ...groups,
  words: z
    .enum(["english", "any_language"])
    .default("english")
    .describe(
      "How words are told apart: as spaCy does in English, which datatrove counts, or by Unicode's rules and dictionaries, for languages without spaces.",
    )
    .meta({ label: "Words of" }),
  ...gopherRepetitionLimits,
  ...gopherQualityLimits,
  ...c4Limits,
  ...finewebLimits,
});
export type Params = z.infer<typeof params>;
