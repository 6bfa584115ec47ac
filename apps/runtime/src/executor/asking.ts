// How a node's process asks the engine for something by name, and waits for the answer.

export interface Asking<T> {
  ask(name: string): Promise<T>;
  answer(name: string, answer: { readonly value?: T | undefined; readonly error?: string | undefined }): void;
}

/** `send`: tells the engine what is wanted. Several may wait for one name. */
export function asking<T>(send: (name: string) => void): Asking<T> {
  const waiting = new Map<string, PromiseWithResolvers<T>[]>();
  return {
    ask(name) {
      const asked = Promise.withResolvers<T>();
      waiting.set(name, [...(waiting.get(name) ?? []), asked]);
      send(name);
      return asked.promise;
    },
    answer(name, { value, error }) {
      for (const { resolve, reject } of waiting.get(name) ?? []) {
        if (value === undefined) reject(new Error(error));
        else resolve(value);
      }
      waiting.delete(name);
    },
  };
}
