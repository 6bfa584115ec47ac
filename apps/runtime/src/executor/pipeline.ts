// What a service answers requests with: the map nodes of a chain, each opened once in the service's own process.
import { join } from "node:path";
import type { Batch } from "@heddle/schema/batch";
import { applyOutput } from "@heddle/schema/column";
import type { MapInstance, OpenContext, Pipeline, ServiceContext } from "@heddle/schema/node";
import type { PipelineRecipe } from "../keys.ts";
import type { Store } from "../store.ts";
import type { Attempt } from "./attempt.ts";
import { openContext, type Params, type Surroundings } from "./context.ts";
import { stageInputs } from "./files.ts";
import { loadModule } from "./module.ts";

interface Process {
  readonly attempt: Attempt;
  readonly store: Store;
  readonly around: Surroundings;
}

export function serviceContext(open: OpenContext<Params>, process: Process): ServiceContext<Params> {
  return {
    ...open,
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
    answer: (request) => answer(links, request),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

async function answer(links: readonly Link[], request: Batch): Promise<Batch> {
  let batch = request;
  for (const { instance, output } of links) {
    const made = (await instance.process(batch))[output];
    if (made === undefined) throw new Error(`a node gave nothing for its output ${output}`);
    batch = applyOutput(batch, made);
  }
  return batch;
}
