import type { Column, Value } from "@heddle/schema/batch";
import { columnOf } from "@heddle/schema/column";
import type { MapOpen } from "@heddle/schema/node";
import type { Report } from "@heddle/schema/report";
import { getCountries, type CountryCode } from "libphonenumber-js/min";
import type { Search } from "./find.ts";
import { kinds, type Kind } from "./kinds.ts";
import { byExample, examples, placeholders, redact } from "./redact.ts";
import type { Params } from "./spec.ts";

export const open: MapOpen<Params> = ({ params }) => {
  const search = searchOf(params);
  const replacement = params.style === "example" ? byExample : placeholders(params.placeholder);
  const total = new Map<Kind, number>();
  let [rows, changed] = [0, 0];

  return {
    reads: params.columns,
    process(batch) {
      const found = new Float64Array(batch.length);
      const set: Record<string, Column> = {};
      for (const name of params.columns) {
        const column = batch.columns[name];
        if (!column) continue;
        const values = Array.from({ length: batch.length }, (_, row) =>
          mapTexts(column.at(row), (text) => {
            const { text: made, counts } = redact(text, search, replacement);
            for (const [kind, count] of counts) {
              total.set(kind, (total.get(kind) ?? 0) + count);
              found[row]! += count;
            }
            return made;
          }),
        );
        // An untouched column passes through as it is.
        if (found.some((count) => count > 0)) set[name] = columnOf(column.type, values);
      }
      rows += batch.length;
      changed += found.filter((count) => count > 0).length;
      if (params.count_into !== "") set[params.count_into] = columnOf({ kind: "int" }, Array.from(found));
      return { rows: { set } };
    },
    report: () => ({ report: reportOf(rows, changed, total, search.kinds) }),
  };
};

function searchOf(params: Params): Search {
  const chosen = kinds.flatMap(({ id }) => (params[id] ? [id] : []));
  return {
    kinds: new Set(chosen),
    privateAddresses: params.private_ips,
    country: countryOf(params.phone_country),
    allowed: new Set(params.style === "example" ? Object.values(examples).flat() : []),
  };
}

function countryOf(code: string): CountryCode | undefined {
  const country = getCountries().find((one) => one === code);
  if (code !== "" && country === undefined)
    throw new Error(`phone_country: "${code}" is no country with phone numbers; write a code such as US or DE`);
  return country;
}

/** The same value with every text in it mapped; names of fields stay. */
function mapTexts(value: Value, map: (text: string) => string): Value {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item: Value) => mapTexts(item, map));
  if (value === null || typeof value !== "object" || ArrayBuffer.isView(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, mapTexts(item, map)]));
}

/** Values: `rows`, `rows_changed`, `replaced`, and the count of each kind by its name. */
function reportOf(rows: number, changed: number, total: ReadonlyMap<Kind, number>, sought: ReadonlySet<Kind>): Report {
  const replaced = Array.from(total.values()).reduce((sum, count) => sum + count, 0);
  const looked = kinds.filter(({ id }) => sought.has(id));
  const counts = looked.map(({ id }) => [id, total.get(id) ?? 0] as const);
  return {
    title: "Personal data",
    values: { rows, rows_changed: changed, replaced, ...Object.fromEntries(counts) },
    blocks: [
      {
        kind: "figures",
        items: [
          { label: "rows", value: rows },
          { label: "rows changed", value: changed },
          { label: "places replaced", value: replaced },
        ],
      },
      {
        kind: "bars",
        title: "Replaced by kind",
        items: looked.map(({ id, label }) => ({ label, value: total.get(id) ?? 0 })),
      },
    ],
  };
}
