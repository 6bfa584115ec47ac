// Turns pieces that are pushed into pieces that are awaited.

export type PieceQueue = AsyncIterable<string> & {
  push(piece: string): void;
  /** No more pieces; with an error, the reader gets it after the pieces before it. */
  close(error?: unknown): void;
};

export function pieceQueue(): PieceQueue {
  const pieces: string[] = [];
  let closed: { error?: unknown } | undefined;
  let wake: (() => void) | undefined;
  return {
    push(piece) {
      pieces.push(piece);
      wake?.();
    },
    close(...failure) {
      closed ??= failure.length > 0 ? { error: failure[0] } : {};
      wake?.();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const piece = pieces.shift();
        if (piece !== undefined) {
          yield piece;
          continue;
        }
        if (closed !== undefined) {
          if ("error" in closed) throw closed.error;
          return;
        }
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
    },
  };
}
