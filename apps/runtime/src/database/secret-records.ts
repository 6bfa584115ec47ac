// Sealed secrets, and where they may be sent.
import { core } from "./drizzle.ts";
import type { Database } from "./records.ts";
import { hostGrants, secrets } from "./schema.ts";

const { and, asc, eq } = core;

export type StoredSecret = Omit<typeof secrets.$inferSelect, "store">;
export type HostGrant = Omit<typeof hostGrants.$inferSelect, "store">;

export function secretRecords(database: Database, store: string) {
  const ownSecret = eq(secrets.store, store);
  const ownGrant = eq(hostGrants.store, store);
  return {
    secrets: (): Promise<StoredSecret[]> => database.select().from(secrets).where(ownSecret).orderBy(asc(secrets.name)),
    async secret(name: string): Promise<StoredSecret | undefined> {
      const found = await database
        .select()
        .from(secrets)
        .where(and(ownSecret, eq(secrets.name, name)));
      return found[0];
    },
    async putSecret({ name, sealed, updated }: StoredSecret): Promise<void> {
      await database
        .insert(secrets)
        .values({ store, name, sealed, updated })
        .onConflictDoUpdate({ target: [secrets.store, secrets.name], set: { sealed, updated } });
    },
    /** With its grants: the next secret of that name starts anew. */
    async removeSecret(name: string): Promise<boolean> {
      await database.delete(hostGrants).where(and(ownGrant, eq(hostGrants.secret, name)));
      const removed = await database
        .delete(secrets)
        .where(and(ownSecret, eq(secrets.name, name)))
        .returning({ name: secrets.name });
      return removed.length > 0;
    },
    grants: (): Promise<HostGrant[]> =>
      database.select().from(hostGrants).where(ownGrant).orderBy(asc(hostGrants.host)),
    async grant(host: string, secret: string): Promise<void> {
      await database.insert(hostGrants).values({ store, host, secret }).onConflictDoNothing();
    },
    async revoke(host: string, secret: string): Promise<boolean> {
      const removed = await database
        .delete(hostGrants)
        .where(and(ownGrant, eq(hostGrants.host, host), eq(hostGrants.secret, secret)))
        .returning({ host: hostGrants.host });
      return removed.length > 0;
    },
  };
}
