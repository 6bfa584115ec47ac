// What is wrong with a dataset, as one sentence with file and line.

/** A fault of the data, not of the program. */
export class DataError extends Error {}

export interface Problems {
  readonly skipped: number;
  /** Throws, or counts the row and goes on, as the user chose. Lines count from 1. */
  row(file: string, line: number, says: string): void;
}

/** How many skipped rows are named in the log. */
const named = 10;

export function problems(onError: "refuse" | "skip", log: (line: string) => void): Problems {
  let skipped = 0;
  return {
    get skipped() {
      return skipped;
    },
    row(file, line, says) {
      const place = `${file}: line ${line}: ${says}`;
      if (onError === "refuse")
        throw new DataError(`${place}; mend it, or set on_error to "skip" to leave such rows out`);
      if (skipped++ < named) log(`skipped ${place}`);
    },
  };
}
