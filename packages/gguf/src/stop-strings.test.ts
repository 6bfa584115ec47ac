import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stopScanner } from "./stop-strings.ts";

describe("stop strings", () => {
  it("cut a stream where they cut the whole text, however it is split", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 30 });
    const stop = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 6 }), fc.array(stop, { maxLength: 3 }), (pieces, stops) => {
        const whole = pieces.join("");
        const cuts = stops.map((text) => whole.indexOf(text)).filter((at) => at >= 0);
        const wanted = cuts.length === 0 ? whole : whole.slice(0, Math.min(...cuts));
        const scanner = stopScanner(stops);
        let shown = "";
        let stopped = false;
        for (const piece of pieces) {
          const result = scanner.push(piece);
          shown += result.text;
          stopped = result.stopped;
          if (stopped) break;
        }
        if (!stopped) shown += scanner.end();
        expect(shown).toBe(wanted);
      }),
    );
  });

  it("hold back no more than could become a stop string", () => {
    const scanner = stopScanner(["\nUser:"]);
    expect(scanner.push("hello\nUs")).toEqual({ text: "hello", stopped: false });
    expect(scanner.push("ually")).toEqual({ text: "\nUsually", stopped: false });
  });
});
