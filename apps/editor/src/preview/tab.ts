// The preview worker: joins the catalogue, the modules that run in a browser and the previewer, and tells the page what comes of it.
import { catalogue } from "@heddle/nodes/catalogue.browser.ts";
import { runs } from "@heddle/nodes/runs.browser.ts";
import type { RowsPage } from "@heddle/schema/api";
import type { ArtifactSummary } from "@heddle/schema/artifact";
import type { Facts } from "@heddle/schema/compile";
import type { Graph } from "@heddle/schema/graph";
import { countRows, type Sign } from "@heddle/step/memory";
import { pageOf, type TokenText } from "@heddle/step/page";
import { readPieces } from "@heddle/step/pieces";
import { createPreviewer, type PreviewState } from "@heddle/step/preview";
import type { Artifact, Artifacts } from "@heddle/step/workshop";
import { previewDigest, previewRows, type FromWorker, type NodePreview, type ToWorker } from "./protocol.ts";
import { runtimeSamples } from "./runtime-samples.ts";

let id = "";
interface Shown {
  readonly graph: Graph;
  readonly facts: Facts;
  readonly signatures: Readonly<Record<string, number>>;
}

let shown: Shown | undefined;
const nodes = new Map<string, NodePreview>();
const made = new Map<string, Artifacts>();
/** What nodes had before: the page may ask for its rows until it hears of the next. */
const earlier = new Map<string, Artifacts>();
const samples = runtimeSamples(() => id);

const previewer = createPreviewer({
  catalogue,
  rows: previewRows,
  // A built chunk is named by its content.
  implementation: import.meta.url,
  module: (type) => runs.get(type),
  sample: samples.sample,
  tell,
  sign,
});

export function receive(message: ToWorker): void {
  switch (message.kind) {
    case "open":
      ({ id } = message);
      return;
    case "graph":
      shown = message;
      post({ kind: "heard", turn: message.turn });
      samples.changed(message.graph, message.facts);
      show(message);
      return;
    case "saved":
      if (shown === undefined) return;
      samples.saved(shown.graph);
      show(shown);
      return;
    case "ask":
      previewer.ask(message.node);
      return;
    case "leave":
      previewer.leave(message.node);
      return;
    case "rows":
      void page(message).then((value) => post({ kind: "answer", question: message.question, value }));
      return;
    case "report":
      post({ kind: "answer", question: message.question, value: artifact(message.digest)?.report });
      return;
    default:
      message satisfies never;
  }
}

function show({ graph, facts }: Shown): void {
  void previewer.show(graph, facts).then(flush);
}

function post(message: FromWorker): void {
  postMessage(message);
}

async function page({ digest, offset, limit }: Extract<ToWorker, { kind: "rows" }>): Promise<RowsPage | undefined> {
  const found = artifact(digest);
  if (found?.type.kind !== "rows") return undefined;
  const { schema } = found.type;
  const tokens = Object.values(schema.columns).find((column) => column.kind === "tokens");
  const fingerprint = tokens?.kind === "tokens" ? tokens.facets?.["tokenizer"] : undefined;
  const text = typeof fingerprint === "string" ? await tokenText(fingerprint) : undefined;
  return pageOf(schema, found.batches ?? [], { offset, limit, text });
}

const tokenTexts = new Map<string, TokenText>();

/** Read from any artifact here that carries the tokenizer. */
async function tokenText(fingerprint: string): Promise<TokenText> {
  const known = tokenTexts.get(fingerprint);
  if (known) return known;
  const artifacts = [...made.values()].flatMap(Object.values<Artifact>);
  const file = "tokenizer.json";
  for (const { type, files } of artifacts) {
    if (type.kind === "rows" || type.facets?.["tokenizer"] !== fingerprint) continue;
    if (!(await files?.list())?.some(({ path }) => path === file)) continue;
    const content = await files?.read(file);
    const text = readPieces(JSON.parse(new TextDecoder().decode(content)));
    tokenTexts.set(fingerprint, text);
    return text;
  }
  return undefined;
}

function artifact(digest: string): Artifact | undefined {
  return [...made.values(), ...earlier.values()]
    .flatMap(Object.values<Artifact>)
    .find((one) => previewDigest + one.digest === digest);
}

const blank = { outputs: {}, metrics: {}, log: [] } as const;

function tell(node: string, state: PreviewState): void {
  const signature = shown?.signatures[node];
  const before = nodes.get(node);
  // What is under way goes on under an edit elsewhere.
  if (state.kind === "running" && before?.state === "running" && before.signature === signature) return;
  if (state.kind === "ready") {
    const { metrics = {}, preview } = before?.signature === signature ? (before ?? {}) : {};
    hold(node, state.outputs);
    change(node, {
      signature,
      state: "ready",
      of: state.of,
      outputs: summaries(state.outputs),
      log: state.log,
      metrics,
      ...(preview && { preview }),
    });
    return;
  }
  hold(node, undefined);
  change(node, { ...blank, signature, state: state.kind, ...("sentence" in state && { sentence: state.sentence }) });
}

function hold(node: string, outputs: Artifacts | undefined): void {
  const before = made.get(node);
  if (before) earlier.set(node, before);
  if (outputs) made.set(node, outputs);
  else made.delete(node);
}

function summaries(outputs: Artifacts): Record<string, ArtifactSummary> {
  return Object.fromEntries(
    Object.entries(outputs).map(([port, { type, digest, batches }]) => [
      port,
      { type, digest: previewDigest + digest, size: 0, ...(batches && { rows: countRows(batches) }) },
    ]),
  );
}

function sign(node: string, told: Sign): void {
  const before = nodes.get(node);
  if (before?.state !== "running") return;
  switch (told.kind) {
    case "progress":
      change(node, { ...before, progress: { done: told.done, total: told.total, unit: told.unit } });
      return;
    case "log":
      change(node, { ...before, log: [...before.log, told.line] });
      return;
    case "preview":
      change(node, { ...before, preview: told.report });
      return;
    case "metric": {
      const grown = Object.entries(told.values).map(([name, value]) => [
        name,
        [...(before.metrics[name] ?? []), [told.step, value] as const],
      ]);
      change(node, { ...before, metrics: { ...before.metrics, ...Object.fromEntries(grown) } });
      return;
    }
    default:
      told satisfies never;
  }
}

const changed = new Set<string>();

/** About a frame: what comes within it is told together, and at once when nothing more comes. */
const gatherMs = 16;
let gathering: ReturnType<typeof setTimeout> | undefined;

function change(node: string, to: NodePreview): void {
  nodes.set(node, to);
  if (changed.size === 0) gathering = setTimeout(flush, gatherMs);
  changed.add(node);
}

function flush(): void {
  clearTimeout(gathering);
  if (changed.size === 0) return;
  const told = Array.from(changed, (node) => [node, nodes.get(node)]);
  changed.clear();
  post({ kind: "nodes", nodes: Object.fromEntries(told) });
}
