// Vectors of texts by a model folder: an encoder of the BERT family on the onnx engine, or static embeddings. Works in Node and in the
// browser: the session is the platform's own.
import { within, readEmbedderLayout, type EmbedderLayout, type Prompts } from "./embedder-layout.ts";
import { openEncoderVectors } from "./encoder-vectors.ts";
import { embedderFingerprint } from "./embedder-fingerprint.ts";
import { openStaticVectors } from "./static-vectors.ts";
import type { SessionOptions } from "@heddle/onnx/session-types";
import { normalise } from "@heddle/onnx/pooling";
import type { ModelFolder } from "./language-model.ts";

export type Role = "query" | "document";

export type EmbedHooks = {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of texts that have their vectors. */
  onProgress?(done: number): void;
};

export interface Embedder extends AsyncDisposable {
  /** What vectors must share to be compared: the model's content, and the size where it was cut. */
  readonly fingerprint: string;
  /** Numbers of a vector. */
  readonly size: number;
  /** Vectors in the order of the texts, of length 1 where the model normalises. A static embedder gives zeros for a text without a word it knows. */
  embed(texts: readonly string[], as: Role, hooks?: EmbedHooks): Promise<Float32Array[]>;
}

export type EmbedderOptions = SessionOptions & {
  /** Keeps this many leading numbers of a vector (Matryoshka; Kusupati et al. 2022) and scales them to length 1 again. */
  readonly size?: number | undefined;
  /** Instead of the model's own prompts. */
  readonly prompts?: Partial<Prompts>;
  /** The fingerprint where the caller knows it; otherwise the files are digested. */
  readonly fingerprint?: string | undefined;
};

/** Texts to vectors of the model's own size, in order and not yet normalised. */
export interface Vectors {
  embed(texts: readonly string[], hooks: EmbedHooks): Promise<Float32Array[]>;
  release(): Promise<void>;
}

/** @throws Error naming the file that is missing or what it asks for that is not supported */
export async function openEmbedder(folder: ModelFolder, options: EmbedderOptions = {}): Promise<Embedder> {
  const layout = await readEmbedderLayout(folder);
  if (!layout) throw new Error("the model makes no vectors; choose an encoder or a static embedder");
  const { size: asked, prompts, fingerprint, ...session } = options;
  const size = asked ?? layout.size;
  if (size > layout.size)
    throw new Error(`vectors of ${size} numbers are asked for, but the model gives ${layout.size}`);
  const prefixes = { ...layout.prompts, ...prompts };
  const whole = fingerprint ?? (await embedderFingerprint(folder, layout));
  const vectors = await openVectors(folder, layout, session);
  return {
    fingerprint: sizedFingerprint(whole, size, layout.size),
    size,
    async embed(texts, as, hooks = {}) {
      const prefix = prefixes[as];
      const found = await vectors.embed(prefix === "" ? texts : texts.map((text) => prefix + text), hooks);
      return found.map((vector) => {
        const kept = size === vector.length ? vector : vector.slice(0, size);
        return layout.normalises ? normalise(kept) : kept;
      });
    },
    [Symbol.asyncDispose]: () => vectors.release(),
  };
}

/** The fingerprint of vectors cut to a size. */
export function sizedFingerprint(fingerprint: string, size: number, whole: number): string {
  return size === whole ? fingerprint : `${fingerprint}:${size}`;
}

function openVectors(folder: ModelFolder, layout: EmbedderLayout, session: SessionOptions): Promise<Vectors> {
  return layout.kind === "static"
    ? openStaticVectors(within(folder, layout.at), layout)
    : openEncoderVectors(folder, layout, session);
}
