import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createFile } from "@heddle/gguf/file.node";
import { convertModel, type HuggingFaceModel, type QuantizationReport } from "@heddle/gguf/from-huggingface";
import { quantizeWithLlama } from "@heddle/gguf/kquants.node";
import { isPortableFormat, type PortableFormat } from "@heddle/gguf/portable-formats";
import { loadLlama, meanLoss } from "@heddle/gguf/llama.node";
import { readConvertibleModel } from "@heddle/inference/convertible-model";
import { modelFingerprint } from "@heddle/onnx/model-fingerprint";
import type { RunContext, WholeRun } from "@heddle/schema/node";
import { quantizationReport, type LossChange } from "./report.ts";
import type { Params } from "./spec.ts";
import { readTexts } from "./texts.ts";

const fileName = "model.gguf";

export const run: WholeRun<Params> = async (context) => {
  const { params, scratch } = context;
  const input = context.files("model");
  const model = await readConvertibleModel(input);
  const output = join(scratch, fileName);
  const fullPath = join(scratch, "float32.gguf");
  const portable = isPortableFormat(params.format) ? params.format : undefined;

  const measured = context.wired("rows");
  if (portable === undefined || measured) await convert(context, model, "F32", fullPath);
  const quantized =
    portable === undefined
      ? await quantizeByLlama(context, fullPath, output)
      : await convert(context, model, portable, output);
  for (const note of quantized.notes) context.log(note);

  const loss = measured ? await measureLoss(context, fullPath, output) : undefined;
  const files = await input.list();
  const sourceBytes = files.reduce((sum, { path, size }) => sum + (path.endsWith(".safetensors") ? size : 0), 0);
  context.outReport("report", quantizationReport(quantized, sourceBytes, loss));

  const declared = context.types.outputs["model"];
  const facets = declared?.kind === "model" ? declared.facets : {};
  const fingerprint = await modelFingerprint([{ path: fileName, digest: await digestOf(output) }]);
  await context.outFiles("model", { ...facets, fingerprint }).write(fileName, createReadStream(output));
};

async function convert(
  { params, signal, progress }: RunContext<Params>,
  model: HuggingFaceModel,
  format: PortableFormat,
  path: string,
): Promise<QuantizationReport> {
  await using sink = await createFile(path);
  return await convertModel(model, format, sink, {
    pure: params.pure,
    signal,
    onProgress: (done, total) => progress(done, total, "tensors"),
  });
}

async function quantizeByLlama(
  { params, signal, threads, progress }: RunContext<Params>,
  input: string,
  output: string,
): Promise<QuantizationReport> {
  const { format } = params;
  if (isPortableFormat(format)) throw new Error(`quantize: ${format} is written without llama.cpp`);
  progress(0, undefined, "tensors");
  return quantizeWithLlama(input, output, format, { threads, signal });
}

/** Both losses through llama.cpp, so that the difference is the quantization's alone. */
async function measureLoss(context: RunContext<Params>, full: string, quantized: string): Promise<LossChange> {
  const { params, signal, threads, progress } = context;
  const texts = await readTexts(context.rows("rows"), params.texts);
  const longest = texts.reduce((most, { ids }) => Math.max(most, ids.length), 2);
  const losses = [];
  for (const path of [full, quantized]) {
    await using session = await loadLlama(path, { threads, contextSize: longest });
    let done = losses.length * texts.length;
    const ids = texts.values().map((text) => {
      progress(done++, 2 * texts.length, "texts");
      return text.ids;
    });
    losses.push(await meanLoss(session, ids, { masks: (text) => texts[text]?.mask, signal }));
  }
  const [before, after] = losses;
  if (before === undefined || after === undefined || before.tokens === 0) {
    throw new Error(
      "quantize: the rows hold no token to predict; wire rows with at least two ids, and a mask that keeps some",
    );
  }
  return { before: before.nll, after: after.nll, tokens: before.tokens };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest("hex");
}
