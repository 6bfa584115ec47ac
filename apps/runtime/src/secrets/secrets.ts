// The user's secrets: stored sealed, given to a step that names them and to nobody else, and kept out of everything that is written.
import { shortestSecret, type Reach, type SecretSummary } from "@heddle/schema/api";
import type { Graph } from "@heddle/schema/graph";
import type { Catalogue } from "@heddle/schema/node";
import type { Records } from "../database/records.ts";
import { allowedHosts, hubAccess } from "../fetch.ts";
import type { Home } from "../home.ts";
import { describeReach, holdsHost, isPrivateHost, reachesOf, type Granted, type StepReach } from "../reach.ts";
import { cipherWith } from "./cipher.ts";
import { noSuchSecret, secretFromEnvironment } from "./environment.ts";
import { redactor, type Redactor } from "./redact.ts";

export interface Secrets {
  list(): Promise<SecretSummary[]>;
  set(name: string, value: string): Promise<SecretSummary>;
  /** False where there is none. */
  remove(name: string): Promise<boolean>;
  /** It may be sent to this host, too. */
  allow(name: string, host: string): Promise<void>;
  readonly hosts: {
    /** Private hosts that runs from the editor may reach. */
    list(): Promise<string[]>;
    allow(host: string): Promise<void>;
    forget(host: string): Promise<boolean>;
  };
  /** What a graph names, with what of it the user has agreed to. */
  reach(graph: Graph, catalogue: Catalogue): Promise<Reach>;
  /** Who runs a graph on the command line agrees to what it names; it is remembered. */
  agree(graph: Graph, catalogue: Catalogue): Promise<void>;
  /** Of the private hosts that a step names, those that it may reach. */
  allowedOf(step: StepReach): Promise<string[]>;
  /**
   * The value for a step that names it. A secret goes only where the user has agreed that it goes, so that a graph of somebody else
   * cannot send it away.
   * @throws Error in one sentence that says what to do
   */
  handOut(name: string, step: StepReach): Promise<string>;
  /** Knows every value that was handed out. */
  readonly redactor: Redactor;
}

export function openSecrets(home: Home, store: string, records: () => Promise<Records>): Secrets {
  const cipher = cipherWith(home.secretKey);
  const place = (name: string) => `${store}\n${name}`;
  const known = redactor();
  // Workers are told the Hub's token without asking for it.
  const hub = hubAccess(process.env);
  if (hub && hub.token.length >= shortestSecret) known.add("HF_TOKEN", hub.token);

  async function granted(): Promise<Granted> {
    const opened = await records();
    const [grants, stored] = await Promise.all([opened.grants(), opened.secrets()]);
    const bySecret = Map.groupBy(grants, ({ secret }) => secret);
    const hostsOf = (secret: string) => new Set(bySecret.get(secret)?.map(({ host }) => host));
    const names = new Set(stored.map(({ name }) => name));
    return {
      hosts: new Set([...hostsOf(""), ...allowedHosts(process.env)]),
      secrets: new Map([...bySecret.keys()].map((secret) => [secret, hostsOf(secret)])),
      isKnown: (name) => names.has(name) || secretFromEnvironment(name) !== undefined,
    };
  }

  async function valueOf(name: string): Promise<string> {
    const stored = await (await records()).secret(name);
    if (stored === undefined) {
      const value = secretFromEnvironment(name);
      if (value === undefined) throw noSuchSecret(name);
      return value;
    }
    try {
      return cipher.open(stored.sealed, place(name));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`the secret ${name} cannot be decrypted (${why}): set it again with heddle secret set ${name}`, {
        cause,
      });
    }
  }

  return {
    redactor: known,
    async list() {
      const { secrets } = await granted();
      const stored = await (await records()).secrets();
      return stored.map(({ name, updated }) => summaryOf(name, updated, secrets.get(name)));
    },
    async set(name, value) {
      const updated = Date.now();
      await (await records()).putSecret({ name, sealed: cipher.seal(value, place(name)), updated });
      return summaryOf(name, updated, (await granted()).secrets.get(name));
    },
    remove: async (name) => (await records()).removeSecret(name),
    allow: async (name, host) => (await records()).grant(host.toLowerCase(), name),
    hosts: {
      list: async () =>
        (await (await records()).grants()).filter(({ secret }) => secret === "").map(({ host }) => host),
      allow: async (host) => (await records()).grant(host.toLowerCase(), ""),
      forget: async (host) => (await records()).revoke(host.toLowerCase(), ""),
    },
    async reach(graph, catalogue) {
      const reaches = reachesOf(graph, catalogue);
      return reaches.length === 0 ? { hosts: [], secrets: [] } : describeReach(reaches, await granted());
    },
    async agree(graph, catalogue) {
      for (const { hosts, secrets } of reachesOf(graph, catalogue)) {
        for (const host of hosts) {
          for (const secret of secrets) await (await records()).grant(host, secret);
          if (isPrivateHost(host)) await (await records()).grant(host, "");
        }
      }
    },
    async allowedOf({ hosts }) {
      if (hosts.length === 0) return [];
      const { hosts: allowed } = await granted();
      return hosts.filter((host) => holdsHost(allowed, host));
    },
    async handOut(name, { secrets, hosts }) {
      if (!secrets.includes(name)) throw new Error(`no parameter of this node names the secret ${name}`);
      const value = await valueOf(name);
      const agreed = (await granted()).secrets.get(name) ?? new Set<string>();
      const other = hosts.find((host) => !agreed.has(host));
      if (other !== undefined) {
        const before = agreed.size > 0 ? `goes to ${[...agreed].join(", ")}` : "has not gone anywhere yet";
        throw new Error(
          `the secret ${name} ${before}, and this graph would send it to ${other}: if that is meant, heddle secret allow ${name} ${other}`,
        );
      }
      known.add(name, value);
      return value;
    },
  };
}

function summaryOf(name: string, updated: number, hosts: ReadonlySet<string> | undefined): SecretSummary {
  return { name, updated: new Date(updated).toISOString(), hosts: [...(hosts ?? [])] };
}
