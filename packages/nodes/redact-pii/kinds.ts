/** What can be looked for, in the order of preference where two overlap. `shown` stands in placeholders. */
export const kinds = [
  { id: "secret", shown: "SECRET", label: "keys and secrets" },
  { id: "email", shown: "EMAIL", label: "e-mail addresses" },
  { id: "iban", shown: "IBAN", label: "bank accounts" },
  { id: "credit_card", shown: "CREDIT_CARD", label: "credit cards" },
  { id: "ip_address", shown: "IP_ADDRESS", label: "IP addresses" },
  { id: "phone", shown: "PHONE", label: "phone numbers" },
] as const;
export type Kind = (typeof kinds)[number]["id"];

/** A place in a text: UTF-16 units [start, end). */
export interface Finding {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
}
