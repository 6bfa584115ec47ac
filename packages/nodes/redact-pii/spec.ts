import { namedIn, repeatedNames, unknownColumns } from "@heddle/schema/named-columns";
import { defineNode, type NodeIssue } from "@heddle/schema/node";
import { printColumn } from "@heddle/schema/print";
import { rowsType, type ColumnType, type PortType, type RowSchema } from "@heddle/schema/type";
import { z } from "zod";
import { kinds } from "./kinds.ts";

const sought = "Look for";
const toggle = (label: string, describe: string) =>
  z.boolean().default(true).describe(describe).meta({ label, group: sought });

export const params = z.object({
  columns: z
    .array(z.string().min(1))
    .min(1)
    .default(["text"])
    .describe("Columns of texts, or of lists and records with texts in them, such as messages.")
    .meta({ label: "Columns" }),
  style: z
    .enum(["placeholder", "example"])
    .default("placeholder")
    .describe(
      "What is put in: a placeholder that names the type, or an example that nobody owns, as datatrove does, so that texts look natural.",
    )
    .meta({ label: "Put in" }),
  placeholder: z
    .string()
    .min(1)
    .default("[{type}]")
    .describe("The placeholder; {type} is EMAIL, IP_ADDRESS, PHONE, CREDIT_CARD, IBAN or SECRET.")
    .meta({ label: "Placeholder", advanced: true }),
  email: toggle("E-mail addresses", "E-mail addresses."),
  ip_address: toggle("IP addresses", "Public IPv4 and IPv6 addresses."),
  private_ips: z
    .boolean()
    .default(false)
    .describe("Private and reserved IP addresses too, such as 192.168.0.1.")
    .meta({ label: "Private addresses", group: sought, advanced: true }),
  phone: toggle("Phone numbers", "Phone numbers that are valid in their country."),
  phone_country: z
    .string()
    .regex(/^(?:[A-Z]{2})?$/, "write two capitals, such as US, or nothing")
    .default("US")
    .describe("The country whose phone numbers are found without +, as ISO 3166 code; empty: none.")
    .meta({ label: "Country of phone numbers" }),
  credit_card: toggle("Credit cards", "Card numbers of known issuers whose check digit is right."),
  iban: toggle("Bank accounts", "IBANs whose length and check digits are right."),
  secret: toggle("Keys and secrets", "Keys of well-known services, tokens, private keys, passwords in addresses."),
  count_into: z
    .string()
    .default("pii_count")
    .describe("The column for the number of places that were changed; empty: none.")
    .meta({ label: "Count into", advanced: true }),
});
export type Params = z.infer<typeof params>;

export function redactedSchema({ columns, open }: RowSchema, { count_into: into }: Params): RowSchema {
  return { columns: { ...columns, ...(into !== "" && { [into]: { kind: "int" as const } }) }, open };
}

/** Whether a column's values can hold texts. */
function holdsText(type: ColumnType): boolean {
  if (type.kind === "list") return holdsText(type.item);
  if (type.kind === "struct") return Object.values(type.fields).some(holdsText);
  return type.kind === "string" || type.kind === "json";
}

function issuesOf(schema: RowSchema | undefined, chosen: Params): NodeIssue[] {
  const { columns, style, placeholder } = chosen;
  const issues = repeatedNames("columns", columns);
  if (kinds.every(({ id }) => !chosen[id])) {
    const message = "there is nothing to look for: switch a kind on";
    issues.push({ code: "nothing-to-do", param: "email", message });
  }
  // A placeholder that could be taken for what it replaces would be replaced for ever.
  if (style === "placeholder" && /[\d@:]/.test(placeholder)) {
    const message = `placeholder: "${placeholder}" has a digit, @ or colon and could be taken for personal data; leave them out`;
    issues.push({ code: "bad-placeholder", param: "placeholder", message });
  }
  if (!schema) return issues;
  issues.push(...unknownColumns(schema, namedIn("columns", columns)));
  for (const [i, name] of columns.entries()) {
    const type = schema.columns[name];
    if (!type || holdsText(type)) continue;
    const message = `columns: "${name}" is ${printColumn(type)}, which holds no text; leave it out`;
    issues.push({ code: "no-text", param: `columns.${i}`, message });
  }
  return issues;
}

export const spec = defineNode({
  title: "Redact personal data",
  summary: "Replaces e-mail and IP addresses, phone, card and account numbers, and keys, and counts them.",
  category: "Data",
  keywords: ["pii", "privacy", "anonymize", "email", "phone", "credit card", "iban", "api key", "secret", "gdpr"],
  params,
  inputs: { rows: { summary: "rows with texts", accepts: () => rowsType({}, true) } },
  outputs: {
    rows: { summary: "the rows with what was found replaced, and how many places that were", type: rowsType({}, true) },
    report: { summary: "how many of each kind were replaced", type: { kind: "report" } },
  },
  shape: "map",
  determinism: "pure",
  infer({ params: chosen, inputs: { rows } }) {
    const schema = rows?.kind === "rows" ? rows.schema : undefined;
    const redacted: PortType = schema ? { kind: "rows", schema: redactedSchema(schema, chosen) } : rowsType({}, true);
    return { outputs: { rows: redacted, report: { kind: "report" } }, issues: issuesOf(schema, chosen) };
  },
});
