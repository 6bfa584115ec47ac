// PGlite, PostgreSQL compiled to WebAssembly, on a data directory. It blocks its thread while it works, so it has one of its own.
// It makes no promise about power loss: a write is with the operating system when it is acknowledged, not on the disk.
import { Worker } from "node:worker_threads";
import type { Driver, Statement } from "./driver.ts";

export type WorkerRequest =
  | { readonly id: number; readonly kind: "query" | "transaction"; readonly statements: readonly Statement[] }
  | { readonly id: number; readonly kind: "script"; readonly sql: string }
  | { readonly id: number; readonly kind: "close" };
export type WorkerAnswer = { readonly id: number; readonly rows?: unknown[][]; readonly error?: string };

export function openPglite(directory: string): Driver {
  const worker = new Worker(new URL("./pglite-thread.ts", import.meta.url), { workerData: { directory } });
  const waiting = new Map<number, { resolve(rows: unknown[][]): void; reject(error: Error): void }>();
  let last = 0;
  const failAll = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on("message", (answer: WorkerAnswer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker.unref();
    if (answer.error !== undefined) asked?.reject(new Error(`database: ${answer.error}`));
    else asked?.resolve(answer.rows ?? []);
  });
  worker.on("error", failAll);
  worker.on("exit", () => failAll(new Error("database: the thread ended")));
  type Unnumbered<T> = T extends unknown ? Omit<T, "id"> : never;
  const ask = (request: Unnumbered<WorkerRequest>): Promise<unknown[][]> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ ...request, id }, []);
    });
  return {
    kind: "pglite",
    query: (statement) => ask({ kind: "query", statements: [statement] }),
    transaction: async (statements) => void (await ask({ kind: "transaction", statements })),
    script: async (sql) => void (await ask({ kind: "script", sql })),
    async close() {
      await ask({ kind: "close" });
      await worker.terminate();
    },
  };
}
