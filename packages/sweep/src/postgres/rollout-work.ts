import { Bell } from './bell.ts';
import type { QueueDatabase } from './queue-database.ts';
import { answersOf, type TaskAnswer, tasksOf } from './rollout-run.ts';

/** A task that a worker has taken. */
export interface TakenTask {
  readonly slot: number;
  /** Number of the task among those of its slot, from 1 on. */
  readonly count: number;
  readonly task: Uint8Array;
  /** Where the slot is, which another worker had before; null where the worker had it itself, and at the beginning. */
  readonly state: Uint8Array | null;
  /** Null where the worker has that version. */
  readonly policy: Uint8Array | null;
  readonly policyVersion: number;
}

/** What a worker has from the tasks before. */
export interface HeldParts {
  readonly policyVersion: number;
  /** Number of the last task that was done, by slot. */
  readonly slots: ReadonlyMap<number, number>;
}

/** What a run says to its workers. */
export interface JoinedRun {
  readonly id: number;
  readonly name: string;
  readonly setup: Uint8Array;
}

/** Milliseconds after which it is looked for tasks even where nothing is heard. */
const LOOK_MS = 1000;

/** A worker's end of a run: it takes tasks of any slot, whichever worker had the slot before. */
export class RolloutWork {
  readonly run: JoinedRun;
  readonly #base: QueueDatabase;
  readonly #bell = new Bell();
  readonly #deaf: () => Promise<void>;

  constructor(base: QueueDatabase, run: JoinedRun) {
    this.#base = base;
    this.run = run;
    this.#deaf = base.database.listen(tasksOf(run.id), () => this.#bell.ring());
  }

  /**
   * Takes a task that nobody has, or that a worker had which is gone; one of a slot that this worker had before, where there is
   * one. Waits for it as long as the run is there.
   * @returns null when the run is over, or `signal` says so
   */
  async take({ policyVersion, slots }: HeldParts, signal?: AbortSignal): Promise<TakenTask | null> {
    while (!signal?.aborted) {
      const [row] = await this.#base.database.prepared(
        'zpin-take',
        `WITH held AS (SELECT * FROM unnest($4::integer[], $5::integer[]) AS held (slot, count)),
         free AS (
           SELECT slot FROM zpin.rollout_tasks WHERE run_id = $1 AND answered < asked
             AND (worker_id IS NULL OR worker_id = $2 OR NOT EXISTS (
               SELECT FROM zpin.workers WHERE id = worker_id AND seen_at > now() - make_interval(secs => $3)))
           ORDER BY slot NOT IN (SELECT slot FROM held), slot LIMIT 1 FOR UPDATE SKIP LOCKED),
         taken AS (
           UPDATE zpin.rollout_tasks AS tasks SET worker_id = $2 FROM free WHERE run_id = $1 AND tasks.slot = free.slot
           RETURNING tasks.slot, asked, answered, task, state)
         SELECT taken.slot, asked, task, policy_version, CASE WHEN policy_version <> $6 THEN policy END AS policy,
           CASE WHEN NOT EXISTS (SELECT FROM held WHERE held.slot = taken.slot AND held.count = answered) THEN state END AS state
         FROM taken JOIN zpin.rollout_runs ON id = $1`,
        [this.run.id, this.#base.workerId, this.#base.graceSeconds, [...slots.keys()], [...slots.values()], policyVersion],
      );
      if (row) {
        return {
          ...{ slot: Number(row.slot), count: Number(row.asked), task: row.task as Uint8Array },
          ...{ state: row.state as Uint8Array | null, policy: row.policy as Uint8Array | null },
          policyVersion: Number(row.policy_version),
        };
      }
      if (!(await this.#isThere())) return null;
      await this.#bell.wait(LOOK_MS, signal);
    }
    return null;
  }

  /** @returns whether it counted: not where the worker was taken for gone, and another one was faster */
  answer(taken: TakenTask, { result, state }: TaskAnswer): Promise<boolean> {
    return this.#end(taken, 'zpin-answer', 'result = $6, state = $7', [result, state]);
  }

  /** Says that a task cannot be done, by anybody. */
  refuse(taken: TakenTask, error: string): Promise<boolean> {
    return this.#end(taken, 'zpin-refuse', 'error = $6', [error]);
  }

  /** Gives a task back, for whoever comes next. */
  async giveBack({ slot, count }: TakenTask): Promise<void> {
    await this.#base.database.query(
      `WITH free AS (
         UPDATE zpin.rollout_tasks SET worker_id = NULL
         WHERE run_id = $1 AND slot = $2 AND asked = $3 AND worker_id = $4 RETURNING slot)
       SELECT pg_notify($5, '') FROM free`,
      [this.run.id, slot, count, this.#base.workerId, tasksOf(this.run.id)],
    );
  }

  /** Makes place for another worker. */
  async leave(): Promise<void> {
    await this.#deaf();
    await this.#base.database.query('DELETE FROM zpin.rollout_members WHERE run_id = $1 AND worker_id = $2', [
      this.run.id,
      this.#base.workerId,
    ]);
  }

  async #end({ slot, count }: TakenTask, name: string, change: string, values: readonly unknown[]): Promise<boolean> {
    const rows = await this.#base.database.prepared(
      name,
      `WITH told AS (
         UPDATE zpin.rollout_tasks SET answered = asked, worker_id = NULL, ${change}
         WHERE run_id = $1 AND slot = $2 AND asked = $3 AND answered < asked AND (worker_id IS NULL OR worker_id = $4)
         RETURNING slot)
       SELECT pg_notify($5, '') FROM told`,
      [this.run.id, slot, count, this.#base.workerId, answersOf(this.run.id), ...values],
    );
    return rows.length > 0;
  }

  async #isThere(): Promise<boolean> {
    const rows = await this.#base.database.query(
      `SELECT FROM zpin.rollout_runs JOIN zpin.workers ON workers.id = learner_id
       WHERE rollout_runs.id = $1 AND seen_at > now() - make_interval(secs => $2)`,
      [this.run.id, this.#base.learnerGraceSeconds],
    );
    return rows.length > 0;
  }
}
