// Documents and refusals as rows.
import type { Batch } from "@heddle/schema/batch";
import { digestOf } from "@heddle/schema/canonical";
import { batchOf } from "@heddle/schema/column";
import type { Document } from "./document.ts";
import { documentColumns, skippedColumns } from "./spec.ts";

export interface Skipped {
  readonly path: string;
  readonly reason: string;
}

export function documentRows(read: readonly { readonly name: string; readonly document: Document }[]): Batch {
  const rows = read.map(({ name, document }) => ({
    id: name,
    path: name,
    title: document.title,
    format: document.format,
    text: document.text,
    pages: document.pages.map(({ page, start }) => ({ page, start })),
    headings: document.headings.map(({ level, text, start }) => ({ level, text, start })),
  }));
  return batchOf({ columns: documentColumns, open: false }, rows);
}

export function skippedRows(skipped: readonly Skipped[]): Batch {
  return batchOf(
    { columns: skippedColumns, open: false },
    skipped.map(({ path, reason }) => ({ path, reason })),
  );
}

export function documentDigest({ title, format, text }: Document): string {
  return digestOf({ title, format, text });
}
