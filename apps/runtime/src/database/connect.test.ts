import { expect, test } from "vitest";
import { databases } from "../../test/databases.ts";
import { checkServer, connect } from "./connect.ts";

const sentence =
  /^DATABASE_URL names 127\.0\.0\.1:1\/none, which cannot be used \(.*ECONNREFUSED.*\): start that PostgreSQL/;

test.each([
  ["postgres://me:pa55word@127.0.0.1:1/none?application_name=pa55word", sentence],
  ["127.0.0.1:5432 pa55word", /^DATABASE_URL is no PostgreSQL URL: write postgres:/],
  ["mysql://me:pa55word@127.0.0.1/x", /^DATABASE_URL is no PostgreSQL URL: write postgres:/],
])("%s is refused in one sentence without its password", async (url, message) => {
  for (const refused of [checkServer(url), connect({ directory: "unused", url })]) {
    const error: Error = await refused.then(
      () => new Error("it was accepted"),
      (reason: Error) => reason,
    );
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("pa55word");
  }
});

const server = databases.find(({ name }) => name.startsWith("PostgreSQL"));

test.skipIf(server?.skip !== undefined)(
  "a database that is not there is named (skipped without PostgreSQL)",
  async () => {
    const url = new URL(server!.url()!);
    url.pathname = "/nodb";
    await expect(connect({ directory: "unused", url: url.href })).rejects.toThrow(
      /\/nodb, which cannot be used \(.*nodb/,
    );
  },
);
