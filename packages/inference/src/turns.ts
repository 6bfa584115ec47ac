// Long work on one thread gives way now and then, so that aborts arrive and progress leaves.

const between = 50;

/** Called often: gives way when 50 ms have passed since it last did, and then says true. Throws once the signal is aborted. */
export function turns(signal: AbortSignal | undefined): () => Promise<boolean> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < between) return false;
    await new Promise((resume) => setTimeout(resume, 0));
    signal?.throwIfAborted();
    last = performance.now();
    return true;
  };
}
