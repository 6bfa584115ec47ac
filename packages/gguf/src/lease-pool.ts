// Lends a fixed number of things, first come, first served.

/** Something on loan; disposing it gives it back. */
export type Lease<T> = Disposable & { readonly item: T };

export type LeasePool<T> = {
  /** Waits for a free one; rejects with the signal's reason when aborted before. */
  take(signal?: AbortSignal): Promise<Lease<T>>;
};

export function leasePool<T>(items: readonly T[]): LeasePool<T> {
  const free = [...items];
  const waiting: ((item: T) => void)[] = [];
  const lend = (item: T): Lease<T> => ({
    item,
    [Symbol.dispose]() {
      const next = waiting.shift();
      if (next === undefined) free.push(item);
      else next(item);
    },
  });
  return {
    async take(signal) {
      signal?.throwIfAborted();
      const [ready] = free.splice(-1);
      if (ready !== undefined) return lend(ready);
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      waiting.push(resolve);
      const giveUp = (): void => {
        const at = waiting.indexOf(resolve);
        if (at < 0) return;
        waiting.splice(at, 1);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", giveUp, { once: true });
      const item = await promise;
      signal?.removeEventListener("abort", giveUp);
      return lend(item);
    },
  };
}
