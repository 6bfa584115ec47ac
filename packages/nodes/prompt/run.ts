import { cellsOf, columnsOf } from "@heddle/llm-client/template";
import type { Value } from "@heddle/schema/batch";
import { textColumn, valueColumn } from "@heddle/schema/column";
import type { MapOpen } from "@heddle/schema/node";
import { messagesType } from "@heddle/schema/type";
import { compileRowTemplate } from "@heddle/text/row-template";
import { columnName, type Params } from "./spec.ts";

export const open: MapOpen<Params> = ({ params, types }) => {
  const { examples, output } = params;
  const type = types.inputs["rows"];
  const schema = type?.kind === "rows" ? type.schema : { columns: {}, open: true };
  const template = compileRowTemplate(params.template);
  const system = compileRowTemplate(params.system);
  const name = columnName(params);
  const turns = examples.flatMap(({ user, assistant }) => [
    { role: "user", content: user },
    { role: "assistant", content: assistant },
  ]);

  function messagesOf(cell: (name: string) => Value | undefined): { role: string; content: string }[] {
    const told = system.render(cell).trim();
    return [
      ...(told === "" ? [] : [{ role: "system", content: told }]),
      ...turns,
      { role: "user", content: template.render(cell).trim() },
    ];
  }

  return {
    reads: columnsOf([template, system], schema),
    process(batch) {
      const all = Array.from({ length: batch.length }, (_, row) => messagesOf(cellsOf(batch, row)));
      if (output === "messages") return { rows: { set: { [name]: valueColumn(messagesType, all) } } };
      const texts = all.map((messages) => messages.map(({ content }) => content).join("\n\n"));
      return { rows: { set: { [name]: textColumn(texts) } } };
    },
  };
};
