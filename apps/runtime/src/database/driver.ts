// What the engine asks of a database. The two that there are (pglite.ts, postgres.ts) give rows as arrays of plain values, and hide
// every other difference.

export interface Statement {
  readonly sql: string;
  readonly params: readonly unknown[];
}

export interface Driver {
  readonly kind: "pglite" | "postgres";
  query(statement: Statement): Promise<unknown[][]>;
  /** All or nothing. */
  transaction(statements: readonly Statement[]): Promise<void>;
  /** Several statements without parameters, as in a migration file. */
  script(sql: string): Promise<void>;
  close(): Promise<void>;
}
