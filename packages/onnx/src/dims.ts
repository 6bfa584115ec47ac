// Arithmetic on tensor dimensions: a number, or a monomial of named dimensions such as 'B*T', '4*B' or '3*T/4'.
// '1|B' names a dimension that is either 1 or B at run time and broadcasts against both.

export type Dim = number | string;

type Monomial = { top: number; bottom: number; names: string[] };

function parse(dim: Dim): Monomial {
  if (typeof dim === "number") return { top: dim, bottom: 1, names: [] };
  const [product = "", bottom = "1"] = dim.split("/");
  const names: string[] = [];
  let top = 1;
  for (const factor of product.split("*")) {
    if (/^\d+$/.test(factor)) top *= Number(factor);
    else names.push(factor);
  }
  return { top, bottom: Number(bottom), names };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function format({ top, bottom, names }: Monomial): Dim {
  const divisor = gcd(top, bottom) || 1;
  const n = top / divisor;
  const d = bottom / divisor;
  if (names.length === 0 || n === 0) {
    if (d !== 1) throw new Error(`dimension ${n}/${d} is not whole`);
    return n;
  }
  return (n === 1 ? "" : `${n}*`) + names.toSorted().join("*") + (d === 1 ? "" : `/${d}`);
}

export function multiply(...dims: readonly Dim[]): Dim {
  const product: Monomial = { top: 1, bottom: 1, names: [] };
  for (const dim of dims) {
    const { top, bottom, names } = parse(dim);
    product.top *= top;
    product.bottom *= bottom;
    product.names.push(...names);
  }
  return format(product);
}

/** a / b, where every name of b also occurs in a. */
export function divide(a: Dim, b: Dim): Dim {
  const dividend = parse(a);
  const divisor = parse(b);
  const names = [...dividend.names];
  for (const name of divisor.names) {
    const at = names.indexOf(name);
    if (at < 0) throw new Error(`dimension ${a} cannot be divided by ${b}`);
    names.splice(at, 1);
  }
  return format({ top: dividend.top * divisor.bottom, bottom: dividend.bottom * divisor.top, names });
}

/** a + b, where both are numbers or multiples of the same names. */
export function sum(a: Dim, b: Dim): Dim {
  const x = parse(a);
  const y = parse(b);
  if (x.names.toSorted().join() !== y.names.toSorted().join()) {
    throw new Error(`dimensions ${a} and ${b} cannot be added`);
  }
  return format({ top: x.top * y.bottom + y.top * x.bottom, bottom: x.bottom * y.bottom, names: x.names });
}

/** The dimension that a and b broadcast to under NumPy's rule. */
export function broadcast(a: Dim, b: Dim): Dim {
  if (a === b || b === 1 || isOptional(b)) return a;
  if (a === 1 || isOptional(a)) return b;
  throw new Error(`dimensions ${a} and ${b} do not broadcast`);
}

export function broadcastShapes(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => broadcast(a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1));
}

function isOptional(dim: Dim): boolean {
  return typeof dim === "string" && dim.startsWith("1|");
}

/** The value of a dimension once its names are known. */
export function resolve(dim: Dim, values: ReadonlyMap<string, number>): number {
  const { top, bottom, names } = parse(dim);
  let product = top;
  for (const name of names) {
    const value = values.get(name);
    if (value === undefined) throw new Error(`dimension ${name} has no value`);
    product *= value;
  }
  if (product % bottom !== 0) throw new Error(`dimension ${dim} is not whole: ${product}/${bottom}`);
  return product / bottom;
}
