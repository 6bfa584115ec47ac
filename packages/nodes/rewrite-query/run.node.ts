import { openAsker, type Said } from "@heddle/inference/asker.node";
import type { Value } from "@heddle/schema/batch";
import { columnOf, textColumn } from "@heddle/schema/column";
import type { MapOpen } from "@heddle/schema/node";
import { addedColumn, type Params } from "./spec.ts";
import { messagesFor, rewritten } from "./wordings.ts";

/** Queries shown in the report. */
const samplesShown = 12;

export const open: MapOpen<Params> = async (context) => {
  const { params } = context;
  const asker = await openAsker(context);
  const [name, type] = addedColumn(params);
  const counts = { rows: 0, rewritten: 0, failed: 0 };
  const items: { prompt: string; answers: { by: string; text: string }[] }[] = [];

  function cell(query: string, said: Said): Value {
    counts.rows++;
    const nothing = params.method === "hyde" ? query : [];
    if ("error" in said) {
      counts.failed++;
      return nothing;
    }
    const value = query === "" ? nothing : rewritten(said.text, query, params);
    if (value.length > 0) counts.rewritten++;
    const text = typeof value === "string" ? value : value.join("\n");
    if (items.length < samplesShown) items.push({ prompt: query, answers: [{ by: params.method, text }] });
    return value;
  }

  return {
    reads: [params.query],
    async process({ length, columns }) {
      const queries = Array.from({ length }, (_, row) => {
        const query = columns[params.query]?.at(row);
        return typeof query === "string" ? query.trim() : "";
      });
      const { max_tokens: maxTokens, temperature, seed } = params;
      const said = await Promise.all(
        queries.map((query): Promise<Said> =>
          query === ""
            ? Promise.resolve({ text: "" })
            : asker.ask(messagesFor(query, params), { maxTokens, temperature, seed }),
        ),
      );
      const values = queries.map((query, row) => cell(query, said[row]!));
      const errors = said.map((one) => ("error" in one ? one.error : null));
      return { rows: { set: { [name]: columnOf(type, values), error: textColumn(errors) } } };
    },
    report() {
      const cost = asker.cost();
      const figures = Object.entries(counts).map(([label, value]) => ({ label, value }));
      return {
        report: {
          title: "Rewritten queries",
          values: { ...counts, ...cost.values },
          blocks: [{ kind: "figures", items: figures }, ...cost.blocks, { kind: "samples", items }],
        },
      };
    },
    async close() {
      await asker[Symbol.asyncDispose]();
    },
  };
};
