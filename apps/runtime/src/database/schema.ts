// The tables, once for both databases; migrations/ makes them. Times are milliseconds since 1970, JSON is text: both drivers give
// the same values for these, and a document keeps the order of its keys.
import type { ArtifactSummary } from "@heddle/schema/artifact";
import type { Event, RunState, StepState } from "@heddle/schema/event";
import type { Graph } from "@heddle/schema/graph";
import type { RunRequest } from "@heddle/schema/api";
import type { Issue } from "@heddle/schema/issue";
import type { Fact } from "@heddle/schema/node";
import type { Ingredients } from "@heddle/step/key";
import type { Recipe } from "../keys.ts";
import { pg } from "./drizzle.ts";

const { bigint, boolean, customType, doublePrecision, integer, pgTable, primaryKey, text } = pg;

function json<T>(name: string) {
  return customType<{ data: T; driverData: string }>({
    dataType: () => "text",
    toDriver: (value) => JSON.stringify(value),
    fromDriver: (value): T => JSON.parse(value),
  })(name);
}

const time = (name: string) => bigint(name, { mode: "number" });
/** The home whose files the row refers to; several homes may share a server. */
const store = () => text("store").notNull();
type Outputs = Readonly<Record<string, ArtifactSummary>>;

export const graphs = pgTable("graph", {
  id: text("id").primaryKey(),
  version: integer("version").notNull(),
  name: text("name").notNull(),
  directory: text("directory").notNull(),
  document: json<Graph>("document").notNull(),
  updated: time("updated").notNull(),
  store: store(),
});

export const runs = pgTable("run", {
  id: text("id").primaryKey(),
  graph: text("graph"),
  /** Runs of the same graph, stored or a file: what `explain` compares with. */
  lineage: text("lineage").notNull(),
  directory: text("directory").notNull(),
  anyPath: boolean("any_path").notNull(),
  document: json<Graph>("document").notNull(),
  request: json<RunRequest>("request").notNull(),
  facts: json<Record<string, Fact>>("facts").notNull(),
  issues: json<Issue[]>("issues").notNull(),
  state: text("state").$type<RunState>().notNull(),
  created: time("created").notNull(),
  ended: time("ended"),
  store: store(),
});

export const steps = pgTable(
  "step",
  {
    run: text("run").notNull(),
    node: text("node").notNull(),
    position: integer("position").notNull(),
    type: text("type").notNull(),
    state: text("state").$type<StepState>().notNull(),
    key: text("key"),
    attempt: text("attempt"),
    /** Attempts so far; at most one outcome of a step and epoch is accepted. */
    epoch: integer("epoch").notNull(),
    ms: doublePrecision("ms"),
    outputs: json<Outputs>("outputs").notNull(),
    error: text("error"),
  },
  (table) => [primaryKey({ columns: [table.run, table.node] })],
);

export const events = pgTable(
  "event",
  { run: text("run").notNull(), seq: integer("seq").notNull(), body: json<Event>("body").notNull() },
  (table) => [primaryKey({ columns: [table.run, table.seq] })],
);

/** What a key was made of, and what is needed to start its step again (services do). */
export const stepKeys = pgTable("step_key", {
  key: text("key").primaryKey(),
  type: text("type").notNull(),
  ingredients: json<Ingredients>("ingredients").notNull(),
  recipe: json<Recipe>("recipe").notNull(),
  created: time("created").notNull(),
});

/** Accepted outcomes. `lost`: a blob of it was found damaged. */
export const outcomes = pgTable("outcome", {
  attempt: text("attempt").primaryKey(),
  key: text("key").notNull(),
  outputs: json<Outputs>("outputs").notNull(),
  ms: doublePrecision("ms").notNull(),
  accepted: time("accepted").notNull(),
  lost: boolean("lost").notNull(),
  store: store(),
});

/** Encrypted (see secrets/cipher.ts): what is in here is of no use without the home's key. */
export const secrets = pgTable(
  "secret",
  {
    store: store(),
    name: text("name").notNull(),
    sealed: text("sealed").notNull(),
    updated: time("updated").notNull(),
  },
  (table) => [primaryKey({ columns: [table.store, table.name] })],
);

/** Where a secret may be sent; `secret` empty: a private host that runs from the editor may reach. */
export const hostGrants = pgTable(
  "host_grant",
  { store: store(), host: text("host").notNull(), secret: text("secret").notNull() },
  (table) => [primaryKey({ columns: [table.store, table.host, table.secret] })],
);
