// What a service answers requests with: the map nodes of a chain, each opened once in the service's own process.
import { join } from "node:path";
import { applyOutput, batchOf } from "@heddle/schema/column";
import type { MapInstance, OpenContext, Pipeline, PipelineAnswer, ServiceContext } from "@heddle/schema/node";
import type { RowSchema } from "@heddle/schema/type";
import { cell, valueOf } from "@heddle/step/cell";
import { z } from "zod";
import type { PipelineRecipe } from "../keys.ts";
import type { Store } from "../store.ts";
import type { Attempt } from "./attempt.ts";
import { outboundPost } from "../post.ts";
import { openContext, rulesOf, type Params, type Surroundings } from "./context.ts";
import { stageInputs } from "./files.ts";
import { loadModule } from "./module.ts";
import { faultIn } from "./request.ts";

interface Process {
  readonly attempt: Attempt;
  readonly store: Store;
  readonly around: Surroundings;
}

export function serviceContext(open: OpenContext<Params>, process: Process): ServiceContext<Params> {
  return {
    ...open,
    post: outboundPost(rulesOf(process.around, open.signal)),
    async pipeline(port) {
      const recipe = process.attempt.recipe.pipelines?.[port];
      if (recipe === undefined) throw new Error(`input ${port} is not wired to what answers requests`);
      return openPipeline(recipe, port, process, open.signal);
    },
  };
}

interface Link {
  readonly instance: MapInstance;
  readonly output: string;
}

async function openPipeline(
  { takes, steps }: PipelineRecipe,
  port: string,
  { attempt, store, around }: Process,
  signal: AbortSignal,
): Promise<Pipeline> {
  await using opened = new AsyncDisposableStack();
  const links: Link[] = [];
  for (const [at, { output, recipe }] of steps.entries()) {
    const module = attempt.modules?.[recipe.type];
    const { open } = module === undefined ? {} : await loadModule(module);
    if (open === undefined) throw new Error(`${recipe.type} does not export what a map node runs`);
    const inputs = await stageInputs(recipe.inputs, join(attempt.directory, `${port}-${at}`), store);
    const instance = await open(openContext({ recipe, threads: attempt.threads }, inputs, around, signal));
    opened.defer(async () => instance.close?.());
    links.push({ instance, output });
  }
  const last = steps.at(-1);
  const type = last?.recipe.outputTypes[last.output];
  const open = opened.move();
  return {
    takes,
    gives: type?.kind === "rows" ? type.schema : takes,
    answer: (request) => answer(links, takes, request),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

async function answer(
  links: readonly Link[],
  takes: RowSchema,
  request: Readonly<Record<string, unknown>>,
): Promise<PipelineAnswer> {
  const fault = faultIn(request, takes);
  if (fault) return fault;
  const fields = z.record(z.string(), z.json()).parse(request);
  const row = Object.entries(takes.columns).map(([name, type]) => [name, valueOf(type, fields[name])] as const);
  let batch = batchOf(takes, [Object.fromEntries(row)]);
  for (const { instance, output } of links) {
    const made = (await instance.process(batch))[output];
    if (made === undefined) throw new Error(`a node gave nothing for its output ${output}`);
    batch = applyOutput(batch, made);
    if (batch.length === 0) return { dropped: true };
  }
  const cells = Object.entries(batch.columns).map(([name, column]) => [name, cell(column.type, column.at(0))] as const);
  return { row: Object.fromEntries(cells) };
}
