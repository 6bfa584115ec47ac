// heddle exec: one attempt, by whoever schedules it.
import { execAttemptFile } from "../../exec.ts";

export async function exec(attempt: string): Promise<void> {
  const stop = new AbortController();
  process.on("SIGTERM", () => stop.abort());
  process.on("SIGINT", () => stop.abort());
  process.exitCode = await execAttemptFile(attempt, stop.signal);
}
