import { openAsker, type Asker } from "@heddle/inference/asker.node";
import { boolColumn, textColumn, valueColumn } from "@heddle/schema/column";
import type { MapOpen } from "@heddle/schema/node";
import type { Report } from "@heddle/schema/report";
import { groundedIn, messagesFor, passagesIn, refusalOf, type Grounded, type Passage } from "./grounding.ts";
import { citationsType, type Params } from "./spec.ts";

type Outcome = Grounded | { readonly error: string };

interface Question {
  readonly text: string;
  readonly passages: readonly Passage[];
}

interface Sample {
  prompt: string;
  answers: { by: string; text: string }[];
}

/** Answers shown in the report. */
const samplesShown = 12;

export const open: MapOpen<Params> = async (context) => {
  const { params } = context;
  const asker = await openAsker(context);
  const counts = { rows: 0, answered: 0, refused: 0, cited: 0, failed: 0, invented_citations: 0 };
  const samples: Sample[] = [];

  function count(question: Question, outcome: Outcome): void {
    counts.rows++;
    if ("error" in outcome) {
      counts.failed++;
      return;
    }
    counts.invented_citations += outcome.invented;
    if (outcome.refused) counts.refused++;
    else counts.answered++;
    if (outcome.citations.length > 0) counts.cited++;
    if (samples.length >= samplesShown) return;
    const sources = outcome.citations.map(({ id, marker }) => `[${marker}] ${id}`).join("\n");
    samples.push({
      prompt: question.text,
      answers: [{ by: "answer", text: [outcome.answer, sources].filter(Boolean).join("\n\n") }],
    });
  }

  return {
    reads: [params.query, params.hits],
    async process({ length, columns }) {
      const questions = Array.from({ length }, (_, row): Question => {
        const question = columns[params.query]?.at(row);
        return {
          text: typeof question === "string" ? question : "",
          passages: passagesIn(columns[params.hits]?.at(row) ?? null, params),
        };
      });
      const outcomes = await Promise.all(questions.map((question) => answer(asker, question, params)));
      questions.forEach((question, row) => count(question, outcomes[row]!));
      const told = outcomes.map((outcome) => ("error" in outcome ? undefined : outcome));
      return {
        rows: {
          set: {
            [params.into]: textColumn(told.map((one) => one?.answer ?? null)),
            citations: valueColumn(
              citationsType,
              told.map((one) => one?.citations.map((citation) => ({ ...citation })) ?? []),
            ),
            refused: boolColumn(Uint8Array.from(told, (one) => Number(one?.refused ?? false))),
            error: textColumn(outcomes.map((outcome) => ("error" in outcome ? outcome.error : null))),
          },
        },
      };
    },
    report: () => ({ report: reportOf(counts, samples, asker) }),
    async close() {
      await asker[Symbol.asyncDispose]();
    },
  };
};

/** Nothing is asked where there is nothing to answer from. */
async function answer(asker: Asker, { text, passages }: Question, params: Params): Promise<Outcome> {
  if (text.trim() === "" || passages.length === 0) return refusalOf(params);
  const { max_tokens: maxTokens, temperature, seed } = params;
  const said = await asker.ask(messagesFor(text, passages, params), { maxTokens, temperature, seed });
  return "error" in said ? said : groundedIn(said.text, passages, params);
}

function reportOf(counts: Readonly<Record<string, number>>, items: Sample[], asker: Asker): Report {
  const cost = asker.cost();
  const figures = ["rows", "answered", "cited", "refused", "failed"].map((label) => ({
    label,
    value: counts[label] ?? 0,
  }));
  return {
    title: "Answers",
    values: { ...counts, ...cost.values },
    blocks: [{ kind: "figures", items: figures }, ...cost.blocks, { kind: "samples", items }],
  };
}
