// Runs one example of a portable node over values in memory: the same lines in Node and in a browser.
import { accepts } from "@heddle/schema/accept";
import { batchOf, rowsOf } from "@heddle/schema/column";
import type { Example, ExampleValue } from "@heddle/schema/example";
import { NeedsRuntime, type NodeSpec } from "@heddle/schema/node";
import { checkParams } from "@heddle/schema/params";
import { runMap } from "@heddle/step/map";
import { filesOf, memoryContext, type Held, type HeldFiles } from "@heddle/step/memory";
import type { RunModule } from "@heddle/step/workshop";
import { exampleTable, plain } from "./example-values.ts";
import type { MadeOutput } from "./expect-close.ts";
import { inferred } from "./inferred.ts";

export interface PortableRun {
  readonly id: string;
  readonly spec: NodeSpec;
  readonly example: Example;
  load(): Promise<RunModule>;
  /** The files of a directory that the example names. */
  folder(directory: string): Promise<HeldFiles>;
}

export type PortableResult =
  | { readonly made: Readonly<Record<string, MadeOutput>> }
  | { readonly error: string }
  /** Why it cannot run here. */
  | { readonly skipped: string };

export function runPortable(run: PortableRun): Promise<PortableResult> {
  return perform(run).then(
    (made) => ({ made }),
    (error: Error) => (error instanceof NeedsRuntime ? { skipped: error.message } : { error: error.message }),
  );
}

async function perform(run: PortableRun): Promise<Record<string, MadeOutput>> {
  const { id, spec, example, load } = run;
  const checked = checkParams(id, spec, example.params);
  const { value: params } = checked;
  if (checked.issues.length > 0 || params === undefined)
    throw new Error(checked.issues.map((one) => one.message).join("\n"));
  const inputs: Record<string, Held[]> = {};
  for (const [port, value] of Object.entries(example.inputs))
    inputs[port] = await Promise.all([value].flat().map((one) => held(run, params, port, one)));
  const types = inferred(id, spec, { params, inputs, fact: undefined });
  const { signal } = new AbortController();
  const { context, outputs } = memoryContext({ params, inputs, types, signal, tell() {} });
  const module = await load();
  if (module.open) await runMap(await module.open(context), context);
  else await module.run?.(context);
  for (const [port, type] of Object.entries(types.outputs)) {
    const made = outputs.get(port);
    if (made === undefined) throw new Error(`node ${id} left nothing on its output ${port}`);
    const acceptance = accepts(type, made.type);
    if (acceptance.verdict === "no")
      throw new Error(`output ${port} is not what was declared: ${acceptance.difference.message}`);
  }
  return Object.fromEntries(
    await Promise.all(Array.from(outputs, async ([port, one]) => [port, await madeOf(one)] as const)),
  );
}

async function madeOf({ batches = [], report, files }: Held): Promise<MadeOutput> {
  const listed = (await files?.list()) ?? [];
  return { rows: batches.flatMap(rowsOf).map(plain), values: report?.values, files: listed.map(({ path }) => path) };
}

async function held(
  { spec, folder }: PortableRun,
  params: Readonly<Record<string, unknown>>,
  port: string,
  value: ExampleValue,
): Promise<Held> {
  if ("endpoint" in value) return { type: { kind: "endpoint" } };
  if ("rows" in value) {
    const { schema, rows } = exampleTable(value);
    return { type: { kind: "rows", schema }, batches: [batchOf(schema, rows)] };
  }
  const takes = spec.inputs[port]?.accepts(params);
  const type = takes && takes.kind !== "rows" ? { kind: takes.kind } : { kind: "files" as const };
  if ("directory" in value) return { type, files: await folder(value.directory) };
  const encoder = new TextEncoder();
  const files = Object.entries(value.files).map(([path, content]): [string, Uint8Array] => [
    path,
    content.startsWith("base64:") ? Uint8Array.fromBase64(content.slice(7)) : encoder.encode(content),
  ]);
  return { type, files: filesOf(new Map(files)) };
}
