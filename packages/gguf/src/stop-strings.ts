// Cuts a stream of text at the first stop string, holding back only what could still become one.

export type StopScanner = {
  /** Takes the next piece; returns what is safe to show, and whether a stop string was met. */
  push(piece: string): { text: string; stopped: boolean };
  /** What was held back when the stream ends without a stop string. */
  end(): string;
};

/** @param stops texts that end the stream and are not part of it; empty ones never match */
export function stopScanner(stops: readonly string[]): StopScanner {
  const wanted = stops.filter((stop) => stop !== "");
  let held = "";
  return {
    push(piece) {
      held += piece;
      const cut = earliest(held, wanted);
      if (cut >= 0) {
        const text = held.slice(0, cut);
        held = "";
        return { text, stopped: true };
      }
      const keep = longestOpenPrefix(held, wanted);
      const text = held.slice(0, held.length - keep);
      held = held.slice(held.length - keep);
      return { text, stopped: false };
    },
    end() {
      const text = held;
      held = "";
      return text;
    },
  };
}

function earliest(text: string, stops: readonly string[]): number {
  const found = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  return found.length === 0 ? -1 : Math.min(...found);
}

// Length of the longest tail of `text` that begins some stop string.
function longestOpenPrefix(text: string, stops: readonly string[]): number {
  const longest = Math.max(0, ...stops.map((stop) => stop.length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length--) {
    const tail = text.slice(text.length - length);
    if (stops.some((stop) => stop.startsWith(tail))) return length;
  }
  return 0;
}
