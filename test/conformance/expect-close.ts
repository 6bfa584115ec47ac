// What came out of an example against what it says should: the same rules wherever it ran.
import { expect } from "vitest";
import type { Example } from "@heddle/schema/example";

/** One output, as plain JSON. */
export interface MadeOutput {
  readonly rows: readonly unknown[];
  readonly values: unknown;
  /** Paths. */
  readonly files: readonly string[];
}

/** Numbers may differ by `tolerance`; everything else is equal. Columns that the example does not name may be there too. */
function expectClose(got: unknown, wanted: unknown, tolerance: number, place: string): void {
  if (typeof wanted === "number" && typeof got === "number") {
    expect(Math.abs(got - wanted), `${place}: ${got} instead of ${wanted}`).toBeLessThanOrEqual(tolerance);
  } else if (typeof wanted === "object" && wanted !== null && typeof got === "object" && got !== null) {
    if (Array.isArray(wanted)) expect(got, place).toHaveLength(wanted.length);
    const members = new Map<string, unknown>(Object.entries(got));
    for (const [key, item] of Object.entries(wanted)) expectClose(members.get(key), item, tolerance, `${place}.${key}`);
  } else expect(got, place).toEqual(wanted);
}

export function checkMade(
  { outputs, tolerance }: Pick<Example, "outputs" | "tolerance">,
  made: Readonly<Record<string, MadeOutput>>,
): void {
  for (const [port, wanted] of Object.entries(outputs)) {
    const output = made[port];
    if (output === undefined) expect.fail(`nothing was made on output ${port}`);
    if (wanted.rows) expectClose(output.rows, wanted.rows, tolerance, port);
    if (wanted.count !== undefined) expect(output.rows.length, `rows of ${port}`).toBe(wanted.count);
    if (wanted.values) expectClose(output.values, wanted.values, tolerance, port);
    for (const file of wanted.files ?? []) expect(output.files, `files of ${port}`).toContain(file);
  }
}
