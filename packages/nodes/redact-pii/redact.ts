// Replaces what was found, again and again until nothing is found, since some can be seen only after its neighbour is gone. So a second run
// has nothing to do.
import { find, type Search } from "./find.ts";
import { kinds, type Kind } from "./kinds.ts";

/** What stands in place of the n-th finding of a kind in a text. */
export type Replacement = (kind: Kind, n: number) => string;

export interface Redacted {
  readonly text: string;
  readonly counts: ReadonlyMap<Kind, number>;
}

/**
 * Examples nobody owns, in turn, as datatrove puts them in for e-mail and IP addresses; phone numbers that are kept free for films, card
 * numbers of test systems, IBANs of the registry's documentation. Secrets have no example.
 */
export const examples: Readonly<Record<Exclude<Kind, "secret">, readonly string[]>> = {
  email: ["email@example.com", "firstname.lastname@example.org"],
  ip_address: ["22.214.171.124", "126.96.36.199", "188.8.131.52", "184.108.40.206", "220.127.116.11", "18.104.22.168"],
  phone: ["+1 202-555-0100", "+1 202-555-0143"],
  credit_card: ["4242 4242 4242 4242", "5555 5555 5555 4444"],
  iban: ["GB82 WEST 1234 5698 7654 32", "DE89 3704 0044 0532 0130 00"],
};

export function placeholders(form: string): Replacement {
  const texts = new Map<Kind, string>(kinds.map(({ id, shown }) => [id, form.replaceAll("{type}", shown)]));
  return (kind) => texts.get(kind)!;
}

export const byExample: Replacement = (kind, n) => {
  const list = kind === "secret" ? ["[SECRET]"] : examples[kind];
  return list[n % list.length]!;
};

/** More than any text needs: an end in any case. */
const mostPasses = 32;

export function redact(text: string, search: Search, replacement: Replacement): Redacted {
  const counts = new Map<Kind, number>();
  let now = text;
  for (let pass = 0; pass < mostPasses; pass++) {
    const findings = find(now, search);
    if (findings.length === 0) break;
    let [made, at] = ["", 0];
    for (const { kind, start, end } of findings) {
      const n = counts.get(kind) ?? 0;
      made += now.slice(at, start) + replacement(kind, n);
      at = end;
      counts.set(kind, n + 1);
    }
    now = made + now.slice(at);
  }
  return { text: now, counts };
}
