import type { Graph } from "@heddle/schema/graph";
import { describe, expect, test } from "vitest";
import { createAutosave, type SaveResult } from "./autosave.ts";

const named = (name: string): Graph => ({ heddle: 1, name, nodes: {} });

/** A store of one document with versions, as the server keeps it. */
function storage() {
  let version = 1;
  let document = named("first");
  let broken = false;
  const saves: string[] = [];
  return {
    saves,
    breakDown: (on: boolean) => (broken = on),
    elsewhere: (name: string) => {
      version += 1;
      document = named(name);
    },
    content: () => document.name,
    async save(next: Graph, base: number): Promise<SaveResult> {
      if (broken) throw new Error("the Heddle server does not answer: is it still running?");
      if (base !== version) return { kind: "conflict", stored: { version, document } };
      version += 1;
      document = next;
      saves.push(next.name);
      return { kind: "saved", version };
    },
  };
}

function autosaving() {
  const server = storage();
  return { server, autosave: createAutosave({ version: 1, save: server.save, delayMs: 5 }) };
}

describe("autosave", () => {
  test("saves a moment after the last edit, once", async () => {
    const { server, autosave } = autosaving();
    for (const name of ["a", "ab", "abc"]) autosave.changed(named(name));
    expect(autosave.getState().kind).toBe("waiting");
    await expect.poll(() => autosave.getState().kind).toBe("saved");
    expect(server.saves).toEqual(["abc"]);
    expect(autosave.version()).toBe(2);
  });

  test("an edit during a save is saved after it", async () => {
    const { server, autosave } = autosaving();
    autosave.changed(named("one"));
    const saving = autosave.flush();
    autosave.changed(named("two"));
    await saving;
    await autosave.flush();
    expect(server.saves).toEqual(["one", "two"]);
  });

  test("a newer version elsewhere stops it until the user chose", async () => {
    const { server, autosave } = autosaving();
    server.elsewhere("theirs");
    autosave.changed(named("mine"));
    await expect(autosave.flush()).rejects.toThrow("changed in another window");
    const state = autosave.getState();
    expect(state.kind === "conflict" && state.stored.document.name).toBe("theirs");
    autosave.changed(named("mine, further"));
    expect(server.content()).toBe("theirs");

    autosave.settle(state.kind === "conflict" ? state.stored.version : 0);
    await autosave.flush();
    expect(server.content()).toBe("mine, further");
  });

  test("a failure keeps the document and says why; the next try saves it", async () => {
    const { server, autosave } = autosaving();
    server.breakDown(true);
    autosave.changed(named("kept"));
    await expect(autosave.flush()).rejects.toThrow("does not answer");
    expect(autosave.getState()).toMatchObject({ kind: "failed" });
    server.breakDown(false);
    await autosave.flush();
    expect(server.content()).toBe("kept");
    expect(autosave.getState().kind).toBe("saved");
  });
});
