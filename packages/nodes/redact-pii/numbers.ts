// Card, account and phone numbers: what looks like one is kept unless its check digits or its country's plan say that it is one.
import { parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js/min";

/** Luhn's check (ISO/IEC 7812). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const counted = i % 2 === 1 ? digit * 2 : digit;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}

/** Visa, Mastercard, American Express, Discover, Diners Club, JCB, UnionPay, Maestro, Mir with the lengths they have. */
const issuers =
  /^(?:4\d{12}(?:\d{3}){0,2}|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}|3[47]\d{13}|6(?:011|5\d{2}|4[4-9]\d)\d{12}|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|(?:5[06-9]|6[37])\d{10,17}|220[0-4]\d{12})$/;

export function isCreditCard(text: string): boolean {
  const digits = text.replaceAll(/\D/g, "");
  return issuers.test(digits) && passesLuhn(digits);
}

/** Length of an IBAN by country (SWIFT's registry). */
const ibanLengths = new Map(
  "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** ISO 7064, mod 97-10. */
export function isIban(compact: string): boolean {
  if (ibanLengths.get(compact.slice(0, 2)) !== compact.length) return false;
  let rest = 0;
  for (const sign of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(sign, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** Where an IBAN that starts at `start` ends: groups may stand apart by one space each. */
export function ibanEnd(text: string, start: number): number | undefined {
  const length = ibanLengths.get(text.slice(start, start + 2));
  if (length === undefined) return undefined;
  let compact = "";
  let at = start;
  for (; compact.length < length && at < text.length; at++) {
    const sign = text[at]!;
    if (/[A-Z0-9]/.test(sign)) compact += sign;
    else if (!/[ \u00a0]/.test(sign) || /[ \u00a0]/.test(text[at - 1]!)) return undefined;
  }
  return isIban(compact) && !/[\p{L}\p{N}]/u.test(text.slice(at, at + 1)) ? at : undefined;
}

const separators = /[ \u00a0()./-]+/;
const dateLike = /^(?:(?:19|20)\d{2}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d{2})/;
const named =
  /(?:tel(?:e(?:ph|f)on[eo]?)?|phone|ph|fon|fax|mob(?:ile|il)?|cell|handy|call|whatsapp|sms|text|電話|电话|тел)[\s.:#()-]{0,4}$/i;

function groupsOf(text: string): string {
  return text
    .split(separators)
    .filter((group) => group !== "")
    .join(" ");
}

/**
 * Whether it is a phone number: with a plus sign by the plan of the country it names; without one by the plan of `country`, if it is written
 * as people write one there, starts with the 0 of a call inside the country, or a word such as "tel" stands before it.
 */
export function isPhone(text: string, before: string, country: CountryCode | undefined): boolean {
  const number = parsePhoneNumberFromString(text, country === undefined ? {} : { defaultCountry: country });
  if (!number?.isValid()) return false;
  if (text.startsWith("+")) return true;
  if (named.test(before)) return true;
  if (dateLike.test(text)) return false;
  const groups = groupsOf(text);
  if (!groups.includes(" ")) return false;
  const plain = groups.replace(/^1 /, "");
  return plain === groupsOf(number.formatNational()) || (/^\(?0/.test(text) && groups.split(" ").length <= 5);
}
