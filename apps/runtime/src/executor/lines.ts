// What a node's process prints, as lines without secrets in them.
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { Redactor } from "../secrets/redact.ts";

/** A secret is found also where it comes in two pieces, and where it has line breaks of its own. */
export function cleanLines(stream: Readable, redaction: Redactor, tell: (line: string) => void): void {
  const decoder = new StringDecoder("utf8");
  const clean = redaction.stream();
  let open = "";
  const take = (text: string) => {
    const lines = (open + text).split(/\r?\n/);
    open = lines.pop() ?? "";
    for (const line of lines) tell(line);
  };
  stream.on("data", (piece: Buffer) => take(clean.push(decoder.write(piece))));
  stream.once("end", () => {
    take(clean.push(decoder.end()) + clean.end());
    if (open !== "") tell(open);
  });
}
