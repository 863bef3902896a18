import { setTimeout as wait } from 'node:timers/promises';
import { InputError, message } from '@zpin/contracts';
import { optionalPackage } from './optional-package.ts';
import type { PgClient, PgPackage, PgPool, Row } from './postgres-types.ts';

export interface DatabaseOptions {
  /** Named in errors. */
  readonly where: string;
  /** Milliseconds for which a database that went away is waited for; 10 minutes when omitted. */
  readonly patienceMs?: number;
  /** Ends the waiting for a database that went away, for whoever wants to stop. */
  readonly signal?: AbortSignal;
  /** Told once each time the database has gone away, and once when it is back. */
  onOutage?(isBack: boolean, reason: string): void;
}

/** Runs one query after the other. */
export interface Queries {
  query(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

const PATIENCE_MS = 600_000;
const CONNECT_MS = 10_000;
const LONGEST_PAUSE_MS = 2000;
/** Between two attempts to hear a channel. */
const LISTEN_PAUSE_MS = 500;

/** Errors of Node and of PostgreSQL that pass by themselves: the server restarts, or the way to it is broken. */
const PASSING = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'],
  // Of PostgreSQL: connection failures, shutdown, starting up, too many connections, serialization failure, deadlock.
  ...['08000', '08003', '08006', '57P01', '57P02', '57P03', '53300', '40001', '40P01'],
]);

/** A PostgreSQL database. What it is asked while it is away waits until it is back. */
export class Database implements Queries {
  readonly #pool: PgPool;
  readonly #options: DatabaseOptions;
  readonly #listening = new Set<() => Promise<void>>();
  #isAway = false;
  #isClosed = false;

  private constructor(pool: PgPool, options: DatabaseOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  /**
   * Connects.
   * @param url `postgres://user:password@host:port/database`
   * @throws InputError when there is no such database, the password is wrong, the host cannot be reached, or `pg` is not installed
   */
  static async connect(url: string, options: DatabaseOptions): Promise<Database> {
    const { where } = options;
    checkUrl(url, where);
    const { default: pg } = (await optionalPackage('pg', where)) as PgPackage;
    const pool = new pg.Pool({
      ...{ connectionString: url, connectionTimeoutMillis: CONNECT_MS, application_name: 'zpin', max: 4 },
      // A process ends without waiting for connections that nothing is asked of.
      allowExitOnIdle: true,
    });
    // A connection that nothing is asked of may break, between two queries of a transaction too; the next query finds out.
    pool.on('error', () => undefined);
    pool.on('connect', client => client.on('error', () => undefined));
    try {
      (await pool.connect()).release();
    } catch (error) {
      await pool.end();
      throw refusal(error, url, where);
    }
    return new Database(pool, options);
  }

  async query(text: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    return this.#patiently(async client => (await client.query(text, values)).rows);
  }

  /** As `query`, for what is asked many times a second: each connection plans it once. */
  async prepared(name: string, text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#patiently(async client => (await client.query({ name, text, values })).rows);
  }

  /** Runs queries as one: all of them count, or none. They run again from the first where the database went away between. */
  async transaction<T>(run: (queries: Queries) => Promise<T>): Promise<T> {
    return this.#patiently(async client => {
      await client.query('BEGIN');
      try {
        const result = await run({ query: async (text, values) => (await client.query(text, values)).rows });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        // Without a connection there is nothing to take back.
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  /**
   * Calls `heard` whenever something is said on a channel, until the returned function is called; and after each outage, since what was said meanwhile
   * is lost.
   */
  listen(channel: string, heard: () => void): () => Promise<void> {
    const over = new AbortController();
    const listening = this.#listen(channel, heard, over.signal);
    const end = async () => {
      over.abort();
      this.#listening.delete(end);
      await listening;
    };
    this.#listening.add(end);
    return end;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#listening].map(end => end()));
    await this.#pool.end();
  }

  async #listen(channel: string, heard: () => void, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const client = await this.#pool.connect().catch(() => null);
      if (client) {
        const ended = new Promise<void>(fulfil => {
          client.on('end', fulfil);
          over.addEventListener('abort', () => fulfil(), { once: true });
        });
        client.on('notification', heard);
        const isHeard = await client.query(`LISTEN ${channel}`).then(
          () => true,
          () => false,
        );
        if (isHeard) {
          heard();
          await ended;
        }
        // It goes for good: another user of it would hear what is said here.
        client.release(true);
      }
      await wait(LISTEN_PAUSE_MS, undefined, { signal: over }).catch(() => undefined);
    }
  }

  async #patiently<T>(run: (client: PgClient) => Promise<T>): Promise<T> {
    const { patienceMs = PATIENCE_MS, signal, onOutage } = this.#options;
    const start = performance.now();
    for (let pause = 100; ; pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) {
      try {
        const result = await this.#once(run);
        if (this.#isAway) onOutage?.(true, '');
        this.#isAway = false;
        return result;
      } catch (error) {
        const isOver = this.#isClosed || signal?.aborted || performance.now() - start > patienceMs;
        if (isOver || !isPassing(error)) throw error;
        if (!this.#isAway) onOutage?.(false, error instanceof Error ? error.message : String(error));
        this.#isAway = true;
        await wait(pause, undefined, { ...(signal && { signal }) }).catch(() => undefined);
      }
    }
  }

  async #once<T>(run: (client: PgClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      const result = await run(client);
      client.release();
      return result;
    } catch (error) {
      client.release(isPassing(error));
      throw error;
    }
  }
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // An attempt at several addresses of a host has an error for each.
  if (error instanceof AggregateError) return error.errors.some(isPassing);
  if ('code' in error && typeof error.code === 'string') return PASSING.has(error.code);
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
    error.message,
  );
}

function checkUrl(url: string, where: string): void {
  const remedy = 'Write postgres://user:password@host:5432/database';
  if (URL.canParse(url) && /^postgres(ql)?:\/\//.test(url)) return;
  throw new InputError(message(where, '--queue must be the address of a PostgreSQL database', withoutPassword(url), remedy));
}

/** The address of a database as it may be shown. */
function withoutPassword(url: string): string {
  return url.replace(/^(\w+:\/\/[^:/@]*):[^@]*@/, '$1:…@');
}

function refusal(error: unknown, url: string, where: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const { host, username, pathname } = new URL(url);
  const text = error instanceof AggregateError ? String(error.errors[0]?.message) : error instanceof Error ? error.message : '';
  const told = (expectation: string, found: unknown, remedy: string) =>
    new InputError(message(where, expectation, found, remedy));
  if (code === '28P01' || code === '28000')
    return told(`the database must accept the password of ${username || 'the user'}`, text, 'Check user and password');
  if (code === '3D000') return told('the database must exist', pathname.slice(1), `Make it: createdb ${pathname.slice(1)}`);
  if (code === 'ENOTFOUND') return told('the host of the database must be known', host, 'Check its name');
  if (isPassing(error))
    return told('the database must be reachable', `${host}: ${text}`, 'Check host and port, and that it runs');
  return error;
}
