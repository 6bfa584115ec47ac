// Checks a node's parameters against its spec: every fault with its path, what is allowed and what was probably meant.
import { z } from "zod";
import type { Issue } from "./issue.ts";
import { didYouMean, nearest } from "./nearest.ts";
import type { NodeSpec } from "./node.ts";

export interface CheckedParams {
  /** Parsed, with defaults; where something is wrong, with the default in its place. Absent where there is none. */
  readonly value?: Readonly<Record<string, unknown>>;
  readonly issues: readonly Issue[];
}

export function checkParams(node: string, spec: NodeSpec, given: Readonly<Record<string, unknown>>): CheckedParams {
  const known = Object.keys(spec.params.shape);
  const issues = Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name): Issue => {
      const near = nearest(name, known);
      const hint = near === undefined ? `; it has ${known.join(", ") || "none"}` : `; did you mean "${near}"?`;
      return {
        code: "unknown-param",
        severity: "error",
        node,
        path: ["params", name],
        message: `node ${node}: there is no parameter "${name}"${hint}`,
        facts: { allowed: known, ...(near !== undefined && { nearest: near }) },
      };
    });

  const own = Object.fromEntries(Object.entries(given).filter(([name]) => known.includes(name)));
  const parsed = spec.params.safeParse(own);
  if (parsed.success) return { value: parsed.data, issues };
  const faults = parsed.error.issues.map((fault) => paramIssue(node, spec, fault, own));
  const wrong = new Set(parsed.error.issues.map((fault) => fault.path[0]));
  const rest = spec.params.safeParse(Object.fromEntries(Object.entries(own).filter(([name]) => !wrong.has(name))));
  return { ...(rest.success && { value: rest.data }), issues: [...issues, ...faults] };
}

function paramIssue(node: string, spec: NodeSpec, fault: z.core.$ZodIssue, params: unknown): Issue {
  const path = fault.path.map((step) => (typeof step === "number" ? step : String(step)));
  const value = path.reduce<unknown>(valueAt, params);
  const name = path.join(".") || "params";
  const { says, facts } = explain(fault, value);
  const shown = isSecret(fault, spec) ? "what is written here" : brief(value);
  const message = `node ${node}: ${name}: ${value === undefined ? "is missing" : `${shown} is not allowed`}; ${says}`;
  return {
    code: "bad-param",
    severity: "error",
    node,
    path: ["params", ...path],
    message,
    facts: { ...facts, ...(value !== undefined && { value: shown }) },
  };
}

/** Who pastes a key where a secret's name belongs should not find it in messages, too. */
function isSecret(fault: z.core.$ZodIssue, spec: NodeSpec): boolean {
  const [name] = fault.path;
  const field =
    typeof name === "string" && Object.hasOwn(spec.params.shape, name) ? spec.params.shape[name] : undefined;
  return field instanceof z.ZodType && field.meta()?.["widget"] === "secret";
}

function valueAt(holder: unknown, step: string | number): unknown {
  return typeof holder === "object" && holder !== null
    ? Object.entries(holder).find(([key]) => key === String(step))?.[1]
    : undefined;
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function explain(fault: z.core.$ZodIssue, value: unknown): { says: string; facts: NonNullable<Issue["facts"]> } {
  switch (fault.code) {
    case "invalid_value": {
      const allowed = fault.values.map(String);
      const hint = typeof value === "string" ? didYouMean(value, allowed) : "";
      return { says: `use ${listed(allowed)}${hint}`, facts: { allowed } };
    }
    case "too_small": {
      const minimum = Number(fault.minimum);
      const bound = `${fault.inclusive === false ? "more than" : "at least"} ${minimum}`;
      return {
        says: `use ${bound}${unitOf(fault.origin, minimum)}`,
        facts: { minimum, inclusive: fault.inclusive ?? true },
      };
    }
    case "too_big": {
      const maximum = Number(fault.maximum);
      const bound = `${fault.inclusive === false ? "less than" : "at most"} ${maximum}`;
      return {
        says: `use ${bound}${unitOf(fault.origin, maximum)}`,
        facts: { maximum, inclusive: fault.inclusive ?? true },
      };
    }
    case "invalid_type":
      return { says: `give ${article(fault.expected)}`, facts: { expected: fault.expected } };
    case "invalid_union": {
      const says = fault.errors.flatMap((branch) => branch.map((inner) => explain(inner, value).says));
      return { says: [...new Set(says)].join(", or ") || "see its description", facts: {} };
    }
    case "unrecognized_keys":
      return { says: `unknown ${listed(fault.keys)}`, facts: { unknown: fault.keys } };
    default:
      return { says: fault.message.charAt(0).toLowerCase() + fault.message.slice(1), facts: {} };
  }
}

function listed(words: readonly string[]): string {
  const quoted = words.map((word) => JSON.stringify(word));
  return quoted.length > 1 ? `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}` : quoted.join("");
}

function unitOf(origin: string, count: number): string {
  if (origin === "string") return count === 1 ? " character" : " characters";
  if (origin === "array") return count === 1 ? " entry" : " entries";
  return "";
}

const typeNames: Readonly<Record<string, string>> = {
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};

function article(type: string): string {
  return typeNames[type] ?? `a ${type}`;
}
