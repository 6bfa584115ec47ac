// E-mail and IP addresses. E-mail as datatrove finds it (RFC 5322 without quotes and comments), letters of every script besides; public IP
// addresses are those outside IANA's special-purpose registries, as Python's ipaddress has them.

const localRun = /[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]{1,64}$/u;
const label = String.raw`[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}\-]{0,61}[\p{L}\p{M}\p{N}])?`;
/** The last part has a letter: katex@0.13.11 is a package. */
const domain = new RegExp(String.raw`(?:${label}\.){1,16}(?=[\p{N}\-]{0,61}\p{L})${label}`, "uy");
const domainLiteral = /\[(?:\d{1,3}\.){3}\d{1,3}\]/y;

/** The range of an e-mail address around the @ at `at`. */
export function emailAround(text: string, at: number): [start: number, end: number] | undefined {
  const [run = ""] = localRun.exec(text.slice(Math.max(0, at - 64), at)) ?? [];
  // No dot at an end, no two in a row; signs before the first letter belong to the sentence.
  const local = run.slice(run.lastIndexOf("..") + 1).replace(/^[^\p{L}\p{N}_]+/u, "");
  if (local === "" || local.endsWith(".")) return undefined;
  let end = domainEnd(text, at + 1);
  if (end === undefined) return undefined;
  // a@b.org@c.org is one, as nobody can tell where the second begins.
  for (let next: number | undefined = end; next !== undefined; end = next ?? end)
    next = text[end] === "@" ? domainEnd(text, end + 1) : undefined;
  return [at - local.length, end];
}

function domainEnd(text: string, start: number): number | undefined {
  for (const form of [domain, domainLiteral]) {
    form.lastIndex = start;
    if (form.test(text)) return form.lastIndex;
  }
  return undefined;
}

type Range = readonly [address: string, bits: number];

const private4: readonly Range[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["240.0.0.0", 4],
];
/** Global ones inside of the above: anycast addresses of PCP and TURN. */
const global4 = ["192.0.0.9", "192.0.0.10"];
const private6: readonly Range[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

/** 32 bits, or undefined: four numbers up to 255 without leading zeros. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((bits, part) => bits * 256 + Number(part), 0);
}

export function isPublicIpv4(text: string): boolean {
  const bits = parseIpv4(text);
  if (bits === undefined) return false;
  const isSpecial = private4.some(([address, length]) => {
    const size = 2 ** (32 - length);
    return Math.floor(bits / size) === Math.floor(parseIpv4(address)! / size);
  });
  return !isSpecial || global4.includes(text);
}

/** 128 bits, or undefined. An IPv4 tail is allowed. */
export function parseIpv6(text: string): bigint | undefined {
  const tail = /(?<=:)\d{1,3}(?:\.\d{1,3}){3}$/.exec(text)?.[0];
  const last = tail === undefined ? undefined : parseIpv4(tail);
  if (tail !== undefined && last === undefined) return undefined;
  const hex =
    last === undefined
      ? text
      : `${text.slice(0, -tail!.length)}${(last >>> 16).toString(16)}:${(last & 0xffff).toString(16)}`;
  const halves = hex.split("::");
  if (halves.length > 2) return undefined;
  const [left = [], right = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - left.length - right.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array.from({ length: halves.length === 1 ? 0 : missing }, () => "0"), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

/** Addresses in use lie in 2000::/3; a::b in a program is none. */
export function isPublicIpv6(text: string): boolean {
  const bits = parseIpv6(text);
  if (bits === undefined || bits >> 125n !== 1n) return false;
  return !private6.some(([address, length]) => {
    const shift = BigInt(128 - length);
    return bits >> shift === parseIpv6(address)! >> shift;
  });
}
