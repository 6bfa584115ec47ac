import { defineConfig } from "vitest/config";

const exclude = ["**/node_modules/**", "**/dist/**"];

/** A page that waits for its turn on the processor is slow in ways no user meets: these run one after another, with nothing beside them. */
const inBrowser = ["test/e2e/**/*.test.ts", "test/conformance/portable.test.ts", "packages/onnx/src/browser.test.ts"];

// Processes, not threads: onnxruntime and PGlite hold a thread for themselves. Two cores on the smallest machine this must pass on.
export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 240_000,
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          include: [
            "packages/**/*.test.{ts,tsx}",
            "apps/**/*.test.{ts,tsx}",
            "templates/**/*.test.ts",
            "test/**/*.test.ts",
          ],
          exclude: [...exclude, ...inBrowser],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: "browser", include: inBrowser, exclude, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
