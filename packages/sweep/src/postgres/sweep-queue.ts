import { InputError, message } from '@zpin/contracts';
import { isObject, type JsonObject, type JsonValue } from '../journal/operations.ts';
import type { Database } from './database.ts';
import { optionalPackage } from './optional-package.ts';
import type { Boss, BossPackage, Row } from './postgres-types.ts';
import { QueueDatabase, type QueueOptions } from './queue-database.ts';

/** A sweep in the database. */
export interface QueuedSweep {
  readonly id: number;
  readonly name: string;
  /** What is searched, as the program says it. */
  readonly plan: JsonObject;
  readonly version: string;
  /** Whether trials of it are left. */
  readonly isOpen: boolean;
}

/** Trials are taken up again as often as it takes: it is workers that go, not trials that fail. */
const RETRY_LIMIT = 100_000;

/** Number of the lock behind which pg-boss begins. */
const LOCK = 7_240_120;

/** Sweeps and their jobs in a PostgreSQL database, by pg-boss: one job for each trial, which one worker has at a time. */
export class SweepQueue {
  /** Its database, and what that knows of this process. */
  readonly base: QueueDatabase;
  readonly #boss: Boss;

  private constructor(base: QueueDatabase, boss: Boss) {
    this.base = base;
    this.#boss = boss;
  }

  /**
   * Connects to a database, and makes in it what is not there yet.
   * @param url `postgres://user:password@host:port/database`
   * @throws InputError when the database refuses or cannot be reached, or a package is not installed
   */
  static async connect(url: string, options: QueueOptions): Promise<SweepQueue> {
    const { default: PgBoss } = (await optionalPackage('pg-boss', options.where)) as BossPackage;
    const base = await QueueDatabase.connect(url, options);
    try {
      const { database } = base;
      const db = {
        executeSql: async (text: string, values?: readonly unknown[]) => ({ rows: await database.query(text, values) }),
      };
      // Whether a worker is gone is seen by its heartbeat, not by a clock that runs for its jobs.
      const boss = new PgBoss({ db, schema: 'pgboss', supervise: false, schedule: false });
      boss.on('error', () => undefined);
      // It makes its tables where there are none, and two that do so at once disturb each other.
      await database.transaction(async queries => {
        await queries.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
        await boss.start();
      });
      return new SweepQueue(base, boss);
    } catch (error) {
      await base.close();
      throw error;
    }
  }

  get database(): Database {
    return this.base.database;
  }

  get workerId(): string {
    return this.base.workerId;
  }

  /** Says that this process works, and goes on saying so until the queue is closed. */
  register(): Promise<void> {
    return this.base.register();
  }

  /**
   * Makes a sweep with a job for each trial; or finds the one of that name, and adds the trials that it lacks.
   * @throws InputError when the one of that name is of another version
   */
  async open(name: string, plan: JsonObject, trials: number): Promise<QueuedSweep> {
    const { version } = this.base;
    const id = await this.database.transaction(async queries => {
      await queries.query(
        'INSERT INTO zpin.sweeps (name, plan, zpin_version) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING',
        [name, JSON.stringify(plan), version],
      );
      const [sweep] = await queries.query('SELECT id, plan FROM zpin.sweeps WHERE name = $1 FOR UPDATE', [name]);
      await queries.query('UPDATE zpin.sweeps SET plan = $2 WHERE id = $1', [
        sweep.id,
        JSON.stringify({ ...asObject(sweep.plan), trials }),
      ]);
      return Number(sweep.id);
    });
    const sweep = await this.find(name);
    this.checkVersion(sweep);
    await this.#boss.createQueue(jobsOf(id), { name: jobsOf(id), retryLimit: RETRY_LIMIT });
    // Behind the lock of the sweep: two commands that begin it at once must not both add its jobs.
    await this.database.transaction(async queries => {
      await queries.query('SELECT id FROM zpin.sweeps WHERE id = $1 FOR UPDATE', [id]);
      const [{ count }] = await queries.query('SELECT count(*)::integer AS count FROM pgboss.job WHERE name = $1', [jobsOf(id)]);
      const missing = Math.max(0, trials - Number(count));
      if (missing === 0) return;
      const db = {
        executeSql: async (text: string, values?: readonly unknown[]) => ({ rows: await queries.query(text, values) }),
      };
      const job = { name: jobsOf(id), data: { sweep: id }, retryLimit: RETRY_LIMIT };
      await this.#boss.insert(new Array(missing).fill(job), { db });
    });
    return sweep;
  }

  /** @throws InputError when there is no sweep of that name */
  async find(name: string): Promise<QueuedSweep> {
    const sweeps = await this.sweeps();
    const found = sweeps.find(sweep => sweep.name === name);
    if (found) return found;
    const remedy = sweeps.length === 0 ? 'There is none yet' : `There are ${sweeps.map(sweep => sweep.name).join(', ')}`;
    throw new InputError(message(this.base.where, 'the sweep must be in the database', name, remedy));
  }

  /** All sweeps, the oldest first. */
  async sweeps(): Promise<readonly QueuedSweep[]> {
    const rows = await this.database.query(
      `SELECT id, name, plan, zpin_version,
         EXISTS (SELECT FROM pgboss.job WHERE job.name = 'zpin-sweep-' || sweeps.id AND state < 'completed') AS is_open
       FROM zpin.sweeps ORDER BY id`,
    );
    return rows.map(({ id, name, plan, zpin_version, is_open }) => ({
      ...{ id: Number(id), name: String(name), plan: asObject(plan), version: String(zpin_version), isOpen: is_open === true },
    }));
  }

  /** @throws InputError when a sweep was begun by another version of the program */
  checkVersion(sweep: QueuedSweep): void {
    this.base.checkVersion(sweep);
  }

  /** Takes a job of a sweep; null where none waits. */
  async take(sweep: number): Promise<string | null> {
    return (await this.#boss.fetch(jobsOf(sweep)))[0]?.id ?? null;
  }

  /** Says that a job is done. */
  async complete(sweep: number, job: string): Promise<void> {
    await this.#boss.complete(jobsOf(sweep), job);
  }

  /** Gives a job back, for whoever comes next. */
  async giveBack(sweep: number, job: string): Promise<void> {
    await this.#boss.fail(jobsOf(sweep), job);
  }

  /** Gives back the jobs of workers that are gone. @returns how many */
  async reclaim(sweep: number): Promise<number> {
    const rows = await this.database.query(
      `SELECT job.id FROM pgboss.job
         LEFT JOIN zpin.trials ON trials.job_id = job.id LEFT JOIN zpin.workers ON workers.id = trials.worker_id
       WHERE job.name = $1 AND job.state = 'active' AND job.started_on < now() - make_interval(secs => $2)
         AND (workers.seen_at IS NULL OR workers.seen_at < now() - make_interval(secs => $2))`,
      [jobsOf(sweep), this.base.graceSeconds],
    );
    const ids = rows.map(({ id }) => String(id));
    if (ids.length > 0) await this.#boss.fail(jobsOf(sweep), ids, { reason: 'its worker is gone' });
    return ids.length;
  }

  /** Ends the connection; the worker counts as gone at once, so that nobody waits for it. */
  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false, wait: false }).catch(() => undefined);
    await this.base.close();
  }
}

function jobsOf(sweep: number): string {
  return `zpin-sweep-${sweep}`;
}

/** What a column of JSON holds. */
export function asObject(value: Row[string]): JsonObject {
  const found = value as JsonValue;
  return isObject(found) ? found : {};
}
