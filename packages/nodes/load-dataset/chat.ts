// Conversations in the shapes the field uses, offered as one column: messages.
import type { Batch, Column } from "@heddle/schema/batch";
import { valueColumn } from "@heddle/schema/column";
import { findConversation } from "@heddle/schema/conversation";
import { messagesType, type RowSchema } from "@heddle/schema/type";

export interface Chat {
  /** The schema with the messages column. */
  readonly schema: RowSchema;
  add(batch: Batch): Batch;
}

/** Whether the messages are what they should be: content in parts is not. */
function isPlain({ columns }: RowSchema): boolean {
  const type = columns["messages"];
  return type?.kind === "list" && type.item.kind === "struct" && type.item.fields["content"]?.kind === "string";
}

/** Undefined where the rows hold no conversation, or hold it as messages already. */
export function chatOf(schema: RowSchema): Chat | undefined {
  const found = findConversation(schema);
  if (!found || (found.form === "messages" && isPlain(schema))) return undefined;
  const { convert } = found;
  return {
    schema: { ...schema, columns: { ...schema.columns, messages: messagesType } },
    add(batch) {
      const messages: Column = valueColumn(
        messagesType,
        Array.from({ length: batch.length }, (_, row) =>
          convert((name) => (Object.hasOwn(batch.columns, name) ? batch.columns[name]!.at(row) : null)),
        ),
      );
      return { length: batch.length, columns: { ...batch.columns, messages } };
    },
  };
}
