// heddle secret and heddle host: what graphs may use of the user's by name. A value comes from standard input, never from the command
// line, where every process of the machine could read it.
import { text } from "node:stream/consumers";
import { hostName, secretName, secretValue } from "@heddle/schema/api";
import type { z } from "zod";
import type { Composition } from "../composition.ts";
import { connect, type Work } from "../connect.ts";
import { UsageError } from "../graph-file.ts";

function checked(type: z.ZodType<string>, value: string): string {
  const parsed = type.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UsageError(parsed.error.issues[0]?.message ?? "not valid");
}

async function withWork(composition: Composition, use: (work: Work) => Promise<void>): Promise<void> {
  const work = await connect(composition);
  await use(work).finally(() => work.close());
}

export async function setSecret(composition: Composition, name: string): Promise<void> {
  checked(secretName, name);
  const read = process.stdin.isTTY ? await askHidden(`value of ${name}: `) : await text(process.stdin);
  const value = secretValue.safeParse({ value: read.replace(/\r?\n$/, "") });
  if (!value.success) throw new UsageError(value.error.issues[0]?.message ?? "not valid");
  await withWork(composition, async ({ secrets }) => {
    await secrets.set(name, value.data.value);
    console.log(`the secret ${name} is stored`);
  });
}

/** One line from the terminal, which does not show it. */
async function askHidden(question: string): Promise<string> {
  const { stdin } = process;
  process.stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  let typed = "";
  try {
    for await (const piece of stdin) {
      for (const key of String(piece)) {
        if (key === "\u0003") throw new UsageError("nothing was stored");
        if (key === "\r" || key === "\n" || key === "\u0004") return typed;
        typed = key === "\u007f" || key === "\b" ? typed.slice(0, -1) : typed + key;
      }
    }
    return typed;
  } finally {
    stdin.setRawMode(false);
    process.stderr.write("\n");
  }
}

export async function listSecrets(composition: Composition, { json }: { readonly json?: true }): Promise<void> {
  await withWork(composition, async ({ secrets }) => {
    const all = await secrets.list();
    if (json) console.log(JSON.stringify(all, null, 2));
    else if (all.length === 0) console.log("there are no secrets: add one with heddle secret set NAME");
    else
      for (const { name, updated, hosts } of all) console.log([name, updated, hosts.join(", ")].join("  ").trimEnd());
  });
}

export async function deleteSecret(composition: Composition, name: string): Promise<void> {
  await withWork(composition, async ({ secrets }) => {
    if (!(await secrets.remove(name))) throw new UsageError(`there is no secret ${name}`);
    console.log(`the secret ${name} is removed`);
  });
}

export async function allowSecret(composition: Composition, name: string, host: string): Promise<void> {
  checked(secretName, name);
  checked(hostName, host);
  await withWork(composition, async ({ secrets }) => {
    await secrets.allow(name, host);
    console.log(`the secret ${name} may be sent to ${host}`);
  });
}

export async function listHosts(composition: Composition): Promise<void> {
  await withWork(composition, async ({ secrets }) => {
    for (const host of await secrets.hosts.list()) console.log(host);
  });
}

export async function allowHost(composition: Composition, host: string): Promise<void> {
  checked(hostName, host);
  await withWork(composition, async ({ secrets }) => {
    await secrets.hosts.allow(host);
    console.log(`runs from the editor may reach ${host}`);
  });
}

export async function forgetHost(composition: Composition, host: string): Promise<void> {
  await withWork(composition, async ({ secrets }) => {
    if (!(await secrets.hosts.forget(host))) throw new UsageError(`${host} was not allowed`);
    console.log(`runs from the editor may reach ${host} no more`);
  });
}
