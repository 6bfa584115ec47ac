// The thread that PGlite runs in: one request after another.
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import type { WorkerAnswer, WorkerRequest } from "./pglite.ts";

const database = new PGlite(String(workerData.directory));
const port = parentPort;
if (port === null) throw new Error("pglite-thread.ts runs as a worker thread only");

async function answer(request: WorkerRequest): Promise<unknown[][]> {
  switch (request.kind) {
    case "query": {
      const [statement] = request.statements;
      if (statement === undefined) return [];
      const result = await database.query<unknown[]>(statement.sql, [...statement.params], { rowMode: "array" });
      return result.rows;
    }
    case "transaction":
      await database.transaction(async (transaction) => {
        for (const { sql, params } of request.statements) await transaction.query(sql, [...params]);
      });
      return [];
    case "script":
      await database.exec(request.sql);
      return [];
    case "close":
      await database.close();
      return [];
    default:
      return request satisfies never;
  }
}

port.on("message", (request: WorkerRequest) => {
  answer(request).then(
    (rows) => port.postMessage({ id: request.id, rows } satisfies WorkerAnswer),
    (error: unknown) => port.postMessage({ id: request.id, error: String(error) } satisfies WorkerAnswer),
  );
});
