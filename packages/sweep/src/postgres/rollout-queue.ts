import type { QueueDatabase } from './queue-database.ts';
import { RolloutRun, tasksOf } from './rollout-run.ts';
import { RolloutWork } from './rollout-work.ts';

/** What a learner puts into the queue. */
export interface RolloutRunOptions {
  /** Of the run, on all machines: one that is begun anew takes the place of the one before. */
  readonly name: string;
  /** What a worker needs to know to begin. */
  readonly setup: Uint8Array;
  /** Parts that are worked on at the same time, by as many workers at most. */
  readonly slots: number;
}

/** Number of the lock behind which workers join: two that do so at once must not both have the last place. */
const LOCK = 7_240_119;

/** Runs of learners in a PostgreSQL database, whose rollouts are made by workers of any machine. */
export class RolloutQueue {
  readonly base: QueueDatabase;

  constructor(base: QueueDatabase) {
    this.base = base;
  }

  /** Begins a run for this process, which is its learner. Runs that nobody learns in any more go. */
  async open({ name, setup, slots }: RolloutRunOptions): Promise<RolloutRun> {
    const { database, workerId, version, learnerGraceSeconds } = this.base;
    await this.base.register();
    const id = await database.transaction(async queries => {
      const gone = await queries.query(
        `DELETE FROM zpin.rollout_runs USING zpin.workers
         WHERE workers.id = learner_id AND (rollout_runs.name = $1 OR seen_at < now() - make_interval(secs => $2))
         RETURNING rollout_runs.id`,
        [name, learnerGraceSeconds],
      );
      for (const run of gone) await queries.query("SELECT pg_notify($1, '')", [tasksOf(Number(run.id))]);
      const [run] = await queries.query(
        'INSERT INTO zpin.rollout_runs (name, learner_id, zpin_version, setup, slots) VALUES ($1, $2, $3, $4, $5) RETURNING id',
        [name, workerId, version, setup, slots],
      );
      await queries.query(
        'INSERT INTO zpin.rollout_tasks (run_id, slot) SELECT $1, slot FROM generate_series(0, $2::integer - 1) AS slot',
        [run.id, slots],
      );
      return Number(run.id);
    });
    return new RolloutRun(this.base, id);
  }

  /**
   * Joins the run that lacks most workers; null where none has a place.
   * @throws InputError when it is of another version of the program
   */
  async join(): Promise<RolloutWork | null> {
    const { database, workerId, graceSeconds, learnerGraceSeconds } = this.base;
    const values = [graceSeconds, workerId, learnerGraceSeconds];
    const [seen] = await database.query(PLACES, values);
    if (!seen) return null;
    await this.base.register();
    const run = await database.transaction(async queries => {
      await queries.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      const [found] = await queries.query(PLACES, values);
      if (!found) return null;
      const name = String(found.name);
      this.base.checkVersion({ name, version: String(found.zpin_version) });
      await queries.query('INSERT INTO zpin.rollout_members VALUES ($1, $2) ON CONFLICT DO NOTHING', [found.id, workerId]);
      return { id: Number(found.id), name, setup: found.setup as Uint8Array };
    });
    return run && new RolloutWork(this.base, run);
  }
}

/** The run that has the most places for more workers. */
const PLACES = `
SELECT runs.id, name, runs.zpin_version, setup FROM zpin.rollout_runs AS runs
  JOIN zpin.workers AS learners ON learners.id = learner_id AND learners.seen_at > now() - make_interval(secs => $3)
  CROSS JOIN LATERAL (
    SELECT slots - count(*) AS places FROM zpin.rollout_members JOIN zpin.workers ON workers.id = worker_id
    WHERE run_id = runs.id AND workers.id <> $2 AND workers.seen_at > now() - make_interval(secs => $1)) AS free
WHERE places > 0 ORDER BY places DESC, runs.id LIMIT 1`;
