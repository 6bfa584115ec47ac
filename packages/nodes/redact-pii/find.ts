// Finds personal data and secrets in a text. Every search is bounded, so that no text takes more than linear time.
import type { CountryCode } from "libphonenumber-js/min";
import { emailAround, isPublicIpv4, isPublicIpv6, parseIpv4, parseIpv6 } from "./addresses.ts";
import { kinds, type Finding, type Kind } from "./kinds.ts";
import { ibanEnd, isCreditCard, isPhone } from "./numbers.ts";
import { secretForms } from "./secrets.ts";

export interface Search {
  readonly kinds: ReadonlySet<Kind>;
  /** Private and reserved IP addresses too. */
  readonly privateAddresses: boolean;
  /** Whose phone numbers need no +. */
  readonly country: CountryCode | undefined;
  /** Values that are examples, and stay. */
  readonly allowed: ReadonlySet<string>;
}

type Finder = (text: string, search: Search) => Iterable<readonly [start: number, end: number]>;

const ipv4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)/g;
const ipv6 = /(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}(?:\.\d{1,3}){0,3}(?![\w:]|\.\d)/gi;
const card = /(?<![\w.+-])\d(?:[ -]?\d){11,18}(?![\w]|[.-]\d)/g;
const iban = /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}/gu;
const phone = /(?<![\p{L}\p{N}_+@=#/.:-])(?:\+|\(?)\d(?:[ \u00a0()./-]{0,2}\d){6,16}(?![\p{L}\p{N}_]|[.:-]\d)/gu;

const finders: Readonly<Record<Kind, Finder>> = {
  *secret(text) {
    for (const { 0: found, index } of text.matchAll(secretForms)) yield [index, index + found.length];
  },
  *email(text) {
    for (let at = text.indexOf("@"); at >= 0;) {
      const range = emailAround(text, at);
      if (range) yield range;
      at = text.indexOf("@", range ? Math.max(range[1], at + 1) : at + 1);
    }
  },
  *iban(text) {
    for (const { index } of text.matchAll(iban)) {
      const end = ibanEnd(text, index);
      if (end !== undefined) yield [index, end];
    }
  },
  *credit_card(text) {
    for (const { 0: found, index } of text.matchAll(card)) if (isCreditCard(found)) yield [index, index + found.length];
  },
  *ip_address(text, { privateAddresses }) {
    for (const { 0: found, index } of text.matchAll(ipv4))
      if (privateAddresses ? parseIpv4(found) !== undefined : isPublicIpv4(found)) yield [index, index + found.length];
    if (!text.includes(":")) return;
    for (const { 0: found, index } of text.matchAll(ipv6))
      if (privateAddresses ? isUsualIpv6(found) : isPublicIpv6(found)) yield [index, index + found.length];
  },
  *phone(text, { country }) {
    for (const { 0: match, index } of text.matchAll(phone)) {
      // A bracket that is not closed inside belongs to the sentence.
      const start = match.startsWith("(") && !match.includes(")") ? index + 1 : index;
      const before = text.slice(Math.max(0, start - 16), start);
      const length = phoneLength(match.slice(start - index), before, country);
      if (length > 0) yield [start, start + length];
    }
  },
};

/** With two groups at least, so that :: and a::b in a program are none. */
function isUsualIpv6(text: string): boolean {
  return parseIpv6(text) !== undefined && (text.match(/[0-9a-f]+/gi)?.length ?? 0) > 2;
}

/** Behind a phone number and a space a further number may stand: the longest beginning that is one. */
function phoneLength(found: string, before: string, country: CountryCode | undefined): number {
  for (let text = found; text.replaceAll(/\D/g, "").length >= 7;) {
    if (isPhone(text, before, country)) return text.length;
    const shorter = text.replace(/[ \u00a0][^ \u00a0]*$/, "");
    if (shorter === text) return 0;
    text = shorter;
  }
  return 0;
}

/** In order, without overlaps: where two overlap, the kind that is named first in `kinds` counts. */
export function find(text: string, search: Search): Finding[] {
  const found: Finding[] = [];
  for (const { id } of kinds) {
    if (!search.kinds.has(id)) continue;
    for (const [start, end] of finders[id](text, search)) {
      if (search.allowed.has(text.slice(start, end))) continue;
      found.push({ kind: id, start, end });
    }
  }
  if (found.length < 2) return found;
  // A stable sort keeps the order of kinds among those with the same start.
  const rank = new Map<Kind, number>(kinds.map(({ id }, i) => [id, i]));
  const chosen: Finding[] = [];
  for (const one of found.toSorted((a, b) => a.start - b.start || rank.get(a.kind)! - rank.get(b.kind)!)) {
    const last = chosen.at(-1);
    if (!last || one.start >= last.end) chosen.push(one);
    else if (rank.get(one.kind)! < rank.get(last.kind)!) chosen[chosen.length - 1] = one;
  }
  return chosen;
}
