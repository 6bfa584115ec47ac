// What the engine remembers: graphs, runs with their steps and events, keys and accepted outcomes.
import type { GraphRecord } from "@heddle/schema/api";
import type { ArtifactSummary } from "@heddle/schema/artifact";
import type { Event, RunState } from "@heddle/schema/event";
import type { Ingredients } from "@heddle/step/key";
import type { Recipe } from "../keys.ts";
import type { Driver, Statement } from "./driver.ts";
import { core, proxy } from "./drizzle.ts";
import { events, graphs, outcomes, runs, stepKeys, steps } from "./schema.ts";
import { secretRecords } from "./secret-records.ts";

const { and, asc, desc, eq, gt, inArray, isNull, sql } = core;

export type StoredRun = Omit<typeof runs.$inferSelect, "store">;
export type StoredStep = typeof steps.$inferSelect;
export type StoredGraph = Omit<typeof graphs.$inferSelect, "store">;
export type Outputs = Readonly<Record<string, ArtifactSummary>>;

/** What an event tells of: a step's new state, the key it was found to have, the outcome that was accepted. */
export interface Change {
  readonly step: Pick<StoredStep, "node"> & Partial<StoredStep>;
  readonly key?: StoredKey;
  readonly outcome?: StoredOutcome & { readonly key: string };
}

export interface StoredKey {
  readonly key: string;
  readonly type: string;
  readonly ingredients: Ingredients;
  readonly recipe: Recipe;
}

export interface StoredOutcome {
  readonly attempt: string;
  readonly outputs: Outputs;
  readonly ms: number;
  /** Milliseconds since 1970. */
  readonly accepted: number;
}

export type Records = ReturnType<typeof openRecords>;

/** `store`: the home's name; records of others on the same server are not seen. */
export function openRecords(driver: Driver, store: string) {
  const database = proxy.drizzle(async (text, params) => ({ rows: await driver.query({ sql: text, params }) }));
  return {
    kind: driver.kind,
    close: () => driver.close(),
    /** The embedded database has nobody else to clear away old row versions. */
    async tidy(): Promise<void> {
      if (driver.kind === "pglite") await driver.script("vacuum");
    },
    ...graphRecords(database, store),
    ...runRecords(database, driver, store),
    ...outcomeRecords(database, store),
    ...secretRecords(database, store),
  };
}

export type Database = ReturnType<typeof proxy.drizzle>;

function graphRecords(database: Database, store: string) {
  const own = eq(graphs.store, store);
  return {
    graphs: () => database.select().from(graphs).where(own).orderBy(desc(graphs.updated)),
    async graph(id: string): Promise<StoredGraph | undefined> {
      return (
        await database
          .select()
          .from(graphs)
          .where(and(own, eq(graphs.id, id)))
      )[0];
    },
    async insertGraph(graph: StoredGraph): Promise<void> {
      await database.insert(graphs).values({ ...graph, store });
    },
    /** False where the stored version is another. */
    async updateGraph(id: string, version: number, document: GraphRecord["document"]): Promise<boolean> {
      const changed = await database
        .update(graphs)
        .set({ document, name: document.name, version: version + 1, updated: Date.now() })
        .where(and(own, eq(graphs.id, id), eq(graphs.version, version)))
        .returning({ id: graphs.id });
      return changed.length > 0;
    },
    async removeGraph(id: string): Promise<boolean> {
      return (
        (
          await database
            .delete(graphs)
            .where(and(own, eq(graphs.id, id)))
            .returning({ id: graphs.id })
        ).length > 0
      );
    },
  };
}

function runRecords(database: Database, driver: Driver, store: string) {
  const own = eq(runs.store, store);
  const stepsOf = (ids: readonly string[]) =>
    database
      .select()
      .from(steps)
      .where(inArray(steps.run, [...ids]))
      .orderBy(asc(steps.position));
  return {
    async insertRun(run: StoredRun, ofRun: readonly StoredStep[]): Promise<void> {
      // PostgreSQL takes 65,535 parameters a statement; a step has 11.
      const rows: Statement[] = [];
      for (let start = 0; start < ofRun.length; start += 1_000) {
        rows.push(
          database
            .insert(steps)
            .values(ofRun.slice(start, start + 1_000))
            .toSQL(),
        );
      }
      await driver.transaction([
        database
          .insert(runs)
          .values({ ...run, store })
          .toSQL(),
        ...rows,
      ]);
    },
    async run(id: string): Promise<{ run: StoredRun; steps: StoredStep[] } | undefined> {
      const [run] = await database
        .select()
        .from(runs)
        .where(and(own, eq(runs.id, id)));
      return run && { run, steps: await stepsOf([id]) };
    },
    /** Newest first. */
    async runsOf(graph: string | undefined): Promise<{ run: StoredRun; steps: StoredStep[] }[]> {
      const where = graph === undefined ? own : and(own, eq(runs.graph, graph));
      const found = await database.select().from(runs).where(where).orderBy(desc(runs.created)).limit(200);
      if (found.length === 0) return [];
      const all = await stepsOf(found.map((run) => run.id));
      return found.map((run) => ({ run, steps: all.filter((step) => step.run === run.id) }));
    },
    /** Ids of attempts that steps of unfinished runs wait for. */
    async attemptsInProgress(): Promise<Set<string>> {
      const found = await database
        .select({ attempt: steps.attempt })
        .from(steps)
        .innerJoin(runs, eq(runs.id, steps.run))
        .where(and(own, isNull(runs.ended), eq(steps.state, "running")));
      return new Set(found.map(({ attempt }) => attempt ?? ""));
    },
    unfinished: () =>
      database
        .select()
        .from(runs)
        .where(and(own, isNull(runs.ended)))
        .orderBy(asc(runs.created)),
    async setRun(id: string, state: RunState, ended: number | null): Promise<void> {
      await database.update(runs).set({ state, ended }).where(eq(runs.id, id));
    },
    /** Events, and the changes that they tell of: all or nothing. */
    async appendEvents(run: string, added: readonly Event[], changes: readonly Change[] = []): Promise<void> {
      const statements: Statement[] = [];
      for (let start = 0; start < added.length; start += 1_000) {
        const page = added.slice(start, start + 1_000).map((body) => ({ run, seq: body.seq, body }));
        statements.push(database.insert(events).values(page).toSQL());
      }
      for (const { step, key, outcome } of changes) {
        if (key) statements.push(keyStatement(database, key));
        // An attempt's outcome is accepted once.
        if (outcome) {
          const accepted = database.insert(outcomes).values({ ...outcome, lost: false, store });
          statements.push(accepted.onConflictDoNothing().toSQL());
        }
        const { node, ...state } = step;
        const place = and(eq(steps.run, run), eq(steps.node, node));
        statements.push(database.update(steps).set(state).where(place).toSQL());
      }
      await driver.transaction(statements);
    },
    async eventsAfter(run: string, after: number, limit: number): Promise<Event[]> {
      const found = await database
        .select({ body: events.body })
        .from(events)
        .where(and(eq(events.run, run), gt(events.seq, after)))
        .orderBy(asc(events.seq))
        .limit(limit);
      return found.map(({ body }) => body);
    },
    async lastSeq(run: string): Promise<number> {
      const [last] = await database
        .select({ seq: sql<number>`coalesce(max(${events.seq}), 0)` })
        .from(events)
        .where(eq(events.run, run));
      return Number(last?.seq ?? 0);
    },
  };
}

function keyStatement(database: Database, key: StoredKey): Statement {
  const { recipe } = key;
  return database
    .insert(stepKeys)
    .values({ ...key, created: Date.now() })
    .onConflictDoUpdate({ target: stepKeys.key, set: { recipe } })
    .toSQL();
}

function outcomeRecords(database: Database, store: string) {
  const own = and(eq(outcomes.store, store), eq(outcomes.lost, false));
  return {
    async storedKey(key: string): Promise<StoredKey | undefined> {
      return (await database.select().from(stepKeys).where(eq(stepKeys.key, key)))[0];
    },
    /** The key that this node of this graph had when it last ran. */
    async lastKeyOf(lineage: string, node: string, type: string): Promise<StoredKey | undefined> {
      const [found] = await database
        .select({ stored: stepKeys })
        .from(steps)
        .innerJoin(runs, eq(runs.id, steps.run))
        .innerJoin(stepKeys, eq(stepKeys.key, steps.key))
        .where(
          and(
            eq(runs.store, store),
            eq(runs.lineage, lineage),
            eq(steps.node, node),
            eq(steps.type, type),
            inArray(steps.state, ["done", "cached"]),
          ),
        )
        .orderBy(desc(runs.created))
        .limit(1);
      return found?.stored;
    },
    /** Keys of a type that have an outcome, newest first. */
    keysOfType: (type: string, limit: number): Promise<StoredKey[]> =>
      database.select().from(stepKeys).where(eq(stepKeys.type, type)).orderBy(desc(stepKeys.created)).limit(limit),
    /** The newest accepted outcome that is not lost. */
    async outcome(key: string): Promise<StoredOutcome | undefined> {
      const [found] = await database
        .select()
        .from(outcomes)
        .where(and(own, eq(outcomes.key, key)))
        .orderBy(desc(outcomes.accepted))
        .limit(1);
      return found;
    },
    async lose(attempt: string): Promise<void> {
      await database.update(outcomes).set({ lost: true }).where(eq(outcomes.attempt, attempt));
    },
    /** Milliseconds that earlier attempts at this type took, newest first. */
    async durations(type: string): Promise<number[]> {
      const found = await database
        .select({ ms: outcomes.ms })
        .from(outcomes)
        .innerJoin(stepKeys, eq(stepKeys.key, outcomes.key))
        .where(eq(stepKeys.type, type))
        .orderBy(desc(outcomes.accepted))
        .limit(5);
      return found.map(({ ms }) => ms);
    },
    /** Digests of artifacts, newest first, that carry the tokenizer with this fingerprint. */
    async artifactsWithTokenizer(fingerprint: string): Promise<string[]> {
      const carries = sql`${outcomes.outputs} like ${`%"tokenizer":${JSON.stringify(fingerprint)}%`}`;
      const found = await database
        .select({ outputs: outcomes.outputs })
        .from(outcomes)
        .where(and(own, carries))
        .orderBy(desc(outcomes.accepted));
      const artifacts = found.flatMap(({ outputs }) => Object.values(outputs));
      return artifacts
        .filter(({ type }) => type.kind !== "rows" && type.facets?.["tokenizer"] === fingerprint)
        .map(({ digest }) => digest);
    },
    /** Keys whose outcome has an endpoint, with the model's name: what can be served. */
    async served(): Promise<{ key: string; outputs: Outputs }[]> {
      return database
        .select({ key: outcomes.key, outputs: outcomes.outputs })
        .from(outcomes)
        .where(and(own, sql`${outcomes.outputs} like '%"kind":"endpoint"%'`))
        .orderBy(desc(outcomes.accepted));
    },
  };
}
