// The page that runs examples: the catalogue and the run modules as the editor's preview worker has them.
import { catalogue } from "@heddle/nodes/catalogue.browser.ts";
import { runs } from "@heddle/nodes/runs.browser.ts";
import { preferProvider, type Provider } from "@heddle/onnx/session.browser";
import type { Example } from "@heddle/schema/example";
import type { HeldFiles } from "@heddle/step/memory";
import { runPortable, type PortableResult } from "../portable.ts";

declare global {
  interface Window {
    examplesPage?: {
      readonly prefer: (provider: Provider) => void;
      readonly portable: readonly string[];
      readonly run: (id: string, example: Example) => Promise<PortableResult>;
    };
  }
}

/** The server lists a folder as JSON and gives its files below. */
async function folder(directory: string): Promise<HeldFiles> {
  const at = `/folder/${encodeURIComponent(directory)}`;
  const listed: { path: string; size: number }[] = await (await fetch(at)).json();
  const fetched = new Map<string, Promise<Uint8Array>>();
  const load = async (path: string) =>
    new Uint8Array(await (await fetch(`${at}/${encodeURIComponent(path)}`)).arrayBuffer());
  const read = (path: string): Promise<Uint8Array> => {
    const loading = fetched.get(path) ?? load(path);
    fetched.set(path, loading);
    return loading;
  };
  return {
    list: async () => listed,
    read,
    readRange: async (path, start, end) => (await read(path)).subarray(start, end),
  };
}

window.examplesPage = {
  prefer: preferProvider,
  portable: [...runs.keys()],
  async run(id, example) {
    const [spec, load] = [catalogue.get(id), runs.get(id)];
    return spec && load
      ? runPortable({ id, spec, load, example, folder })
      : { skipped: "it has no module for a browser" };
  },
};
