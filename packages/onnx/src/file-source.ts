// Where model files come from: a directory artifact, a Hub repository, a folder on disk. schema's FilesInput has this shape too.

export interface FileSource {
  list(): Promise<readonly { path: string; size: number }[]>;
  read(path: string): Promise<Uint8Array>;
  /** Bytes [start, end). */
  readRange(path: string, start: number, end: number): Promise<Uint8Array>;
}

/** Files that are in memory, by path. */
export function memorySource(files: Readonly<Record<string, Uint8Array>>): FileSource {
  const find = (path: string): Uint8Array => {
    const bytes = files[path];
    if (bytes === undefined) throw new Error(`${path}: not found among ${Object.keys(files).join(", ")}`);
    return bytes;
  };
  return {
    list: async () => Object.entries(files).map(([path, { length }]) => ({ path, size: length })),
    read: async (path) => find(path),
    readRange: async (path, start, end) => find(path).subarray(start, end),
  };
}

/** Parses a JSON file; throws one line that names the file when it is absent or not JSON. */
export async function readJson(source: FileSource, path: string): Promise<unknown> {
  const text = new TextDecoder().decode(await source.read(path));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path}: not valid JSON; download or export the file again`, { cause });
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
