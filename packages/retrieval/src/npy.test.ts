import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withFolder } from "../../../test/conformance/harness.ts";
import { readNpy, writeNpy } from "./npy.ts";

test("what is written is what is read, also from bytes that lie askew", () => {
  const numbers = Float32Array.of(1.5, -2, 3e30);
  const bytes = writeNpy(numbers);
  expect(readNpy(bytes, "<f4", "x")).toEqual(numbers);
  const askew = Buffer.concat([Buffer.from([0]), bytes]).subarray(1);
  expect(readNpy(askew, "<f4", "x")).toEqual(numbers);
  expect(readNpy(writeNpy(Uint16Array.of(7, 65_535)), "<u2", "x")).toEqual(Uint16Array.of(7, 65_535));
});

test("numbers of another type are told apart", () => {
  expect(() => readNpy(writeNpy(Uint32Array.of(1)), "<f4", "starts.npy")).toThrow("starts.npy: it holds");
});

const hasNumpy = (() => {
  try {
    return execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" }) !== undefined;
  } catch {
    return false;
  }
})();

test.skipIf(!hasNumpy)("numpy opens it (needs Python with numpy)", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "a.npy");
    writeFileSync(path, writeNpy(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]));
    const script = `import numpy,sys; a=numpy.load(sys.argv[1]); print(a.shape, a[1].tolist(), a.flags["C_CONTIGUOUS"])`;
    expect(execFileSync("python3", ["-c", script, path], { encoding: "utf8" }).trim()).toBe(
      "(2, 3) [4.0, 5.0, 6.0] True",
    );
  });
});
