// Makes the documents in batches; document i depends on the seed and i alone.

import { batchOf } from "@heddle/schema/column";
import type { WholeRun } from "@heddle/schema/node";
import { messagesType, type RowSchema } from "@heddle/schema/type";
import type { z } from "zod";
import { makeDocument } from "./document.ts";
import type { spec } from "./spec.ts";

const batchSize = 2048;

const schema: RowSchema = {
  columns: { kind: { kind: "string" }, text: { kind: "string" }, messages: messagesType },
  open: false,
};

export const run: WholeRun<z.infer<(typeof spec)["params"]>> = async ({ params, signal, progress, outRows }) => {
  const out = outRows("rows", schema);
  for (let start = 0; start < params.documents; start += batchSize) {
    signal.throwIfAborted();
    const end = Math.min(start + batchSize, params.documents);
    const documents = Array.from({ length: end - start }, (_, i) => makeDocument(params.seed, start + i, params));
    await out.write(
      batchOf(
        schema,
        documents.map(({ kind, text, messages }) => ({ kind, text, messages: messages.map((turn) => ({ ...turn })) })),
      ),
    );
    progress(end, params.documents, "documents");
  }
};
