import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { InputError, message } from '@zpin/contracts';
import { Database, type DatabaseOptions } from './database.ts';
import { makeTables } from './tables.ts';

export interface QueueOptions extends DatabaseOptions {
  /** Of the program. What is in the queue is worked on by one version only: numbers may differ from one to the next. */
  readonly version: string;
  /** Seconds after which a worker that was not heard of counts as gone; 30 when omitted. */
  readonly graceSeconds?: number;
}

const GRACE_SECONDS = 30;

/** A database with the tables of the queue, and what it knows of this process: that it is there, and when it was last heard of. */
export class QueueDatabase {
  readonly database: Database;
  readonly workerId = randomUUID();
  readonly #options: QueueOptions;
  #heartbeat: NodeJS.Timeout | undefined;

  private constructor(database: Database, options: QueueOptions) {
    this.database = database;
    this.#options = options;
  }

  /**
   * Connects to a database, and makes the tables in it that are not there yet.
   * @param url `postgres://user:password@host:port/database`
   * @throws InputError when the database refuses or cannot be reached, or `pg` is not installed
   */
  static async connect(url: string, options: QueueOptions): Promise<QueueDatabase> {
    const database = await Database.connect(url, options);
    try {
      await database.transaction(queries => makeTables(queries, options.where));
      return new QueueDatabase(database, options);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** Named in errors. */
  get where(): string {
    return this.#options.where;
  }

  /** Of the program. */
  get version(): string {
    return this.#options.version;
  }

  /** Seconds after which a worker that was not heard of counts as gone. */
  get graceSeconds(): number {
    return this.#options.graceSeconds ?? GRACE_SECONDS;
  }

  /** Seconds after which a learner that was not heard of counts as gone: it says that it is there as often as it was told itself. */
  get learnerGraceSeconds(): number {
    return Math.max(this.graceSeconds, GRACE_SECONDS);
  }

  /** Says that this process works, and goes on saying so until the connection is closed. */
  async register(): Promise<void> {
    if (this.#heartbeat) return;
    await this.database.query(
      'INSERT INTO zpin.workers (id, host, pid, zpin_version) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING',
      [this.workerId, hostname(), process.pid, this.version],
    );
    const beat = () => this.database.query('UPDATE zpin.workers SET seen_at = now() WHERE id = $1', [this.workerId]);
    this.#heartbeat = setInterval(() => void beat().catch(() => undefined), (1000 * this.graceSeconds) / 6).unref();
  }

  /** @throws InputError when something was begun by another version of the program */
  checkVersion({ name, version }: { readonly name: string; readonly version: string }): void {
    if (version === this.version) return;
    const expectation = `who works on ${name} must have the version of zpin that began it, ${version}`;
    throw new InputError(message(this.where, expectation, this.version, `Install zpin ${version} here`));
  }

  /** Ends the connection; the worker counts as gone at once, so that nobody waits for it. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    if (this.#heartbeat) {
      await this.database
        .query("UPDATE zpin.workers SET seen_at = '-infinity' WHERE id = $1", [this.workerId])
        .catch(() => undefined);
    }
    await this.database.close();
  }
}
