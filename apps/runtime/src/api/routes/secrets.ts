// Secrets go in here and never come out; hosts in the own network that runs from the editor may reach.
import { z } from "zod";
import { hostName, secretName, secretSummary, secretValue } from "@heddle/schema/api";
import type { Engine } from "../../engine.ts";
import { RequestError, found, route, type Route } from "../route.ts";

const nothing = z.strictObject({});

function checked(type: z.ZodType<string>, value: string | undefined): string {
  const parsed = type.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RequestError(400, parsed.error.issues[0]?.message ?? "not valid");
}

export function secretRoutes({ secrets }: Engine): Route[] {
  return [
    route({
      method: "get",
      path: "/api/secrets",
      summary: "Names of the secrets, when each was set, and the hosts that it may be sent to; never a value",
      scope: "session",
      response: z.array(secretSummary),
      handle: () => secrets.list(),
    }),
    route({
      method: "put",
      path: "/api/secrets/:name",
      summary: "Add a secret, or replace it",
      scope: "session",
      body: secretValue,
      response: secretSummary,
      handle: ({ path, body }) => secrets.set(checked(secretName, path.name), body.value),
    }),
    route({
      method: "delete",
      path: "/api/secrets/:name",
      summary: "Remove a secret",
      scope: "session",
      response: nothing,
      async handle({ path }) {
        const name = path.name ?? "";
        found((await secrets.remove(name)) || undefined, `secret ${name}`);
        return {};
      },
    }),
    route({
      method: "put",
      path: "/api/secrets/:name/hosts/:host",
      summary: "Let a secret be sent to a further host",
      scope: "session",
      body: nothing,
      response: nothing,
      async handle({ path }) {
        await secrets.allow(checked(secretName, path.name), checked(hostName, path.host));
        return {};
      },
    }),
    ...hostRoutes(secrets.hosts),
  ];
}

function hostRoutes(hosts: Engine["secrets"]["hosts"]): Route[] {
  return [
    route({
      method: "get",
      path: "/api/hosts",
      summary: "The private hosts that runs from the editor may reach",
      scope: "session",
      response: z.strictObject({ hosts: z.array(z.string()) }),
      handle: async () => ({ hosts: await hosts.list() }),
    }),
    route({
      method: "put",
      path: "/api/hosts/:host",
      summary: "Let runs from the editor reach a private host",
      scope: "session",
      body: nothing,
      response: nothing,
      async handle({ path }) {
        await hosts.allow(checked(hostName, path.host));
        return {};
      },
    }),
    route({
      method: "delete",
      path: "/api/hosts/:host",
      summary: "Let runs from the editor reach a private host no more",
      scope: "session",
      response: nothing,
      async handle({ path }) {
        const host = path.host ?? "";
        found((await hosts.forget(host)) || undefined, `host ${host}`);
        return {};
      },
    }),
  ];
}
