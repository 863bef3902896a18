import { Bell } from './bell.ts';
import type { Row } from './postgres-types.ts';
import type { QueueDatabase } from './queue-database.ts';

/** What a worker says to a task. */
export interface TaskAnswer {
  readonly result: Uint8Array;
  /** Where the slot is after it, to go on from. */
  readonly state: Uint8Array;
}

/** What is asked of a slot. */
export interface SlotTask {
  readonly slot: number;
  readonly task: Uint8Array;
  /** The same for all slots that are asked at the same time: written once for each version. */
  readonly policy?: { readonly version: number; readonly bytes: Uint8Array };
}

interface Pending {
  /** Number of the task among those of its slot, from 1 on. */
  readonly count: number;
  readonly asked: SlotTask;
  readonly resolve: (answer: TaskAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** Milliseconds after which it is looked for answers even where nothing is heard. */
const LOOK_MS = 1000;

/**
 * The learner's end of a run whose rollouts are made by workers of a database. A task that is asked is answered, however often workers and database
 * go away meanwhile.
 */
export class RolloutRun {
  readonly #base: QueueDatabase;
  readonly #id: number;
  readonly #bell = new Bell();
  readonly #deaf: () => Promise<void>;
  readonly #counts = new Map<number, number>();
  readonly #pending = new Map<number, Pending>();
  /** What is asked in this turn, to be written together. */
  #asked: Pending[] = [];
  #policyVersion = 0;
  #looking: Promise<void> | null = null;
  #isClosed = false;

  constructor(base: QueueDatabase, id: number) {
    this.#base = base;
    this.#id = id;
    this.#deaf = base.database.listen(answersOf(id), () => this.#bell.ring());
  }

  /** Has a task done by some worker, one of each slot at a time. @throws TaskFailure when it cannot be done */
  ask(asked: SlotTask): Promise<TaskAnswer> {
    const count = (this.#counts.get(asked.slot) ?? 0) + 1;
    this.#counts.set(asked.slot, count);
    return new Promise<TaskAnswer>((resolve, reject) => {
      const pending = { count, asked, resolve, reject };
      this.#pending.set(asked.slot, pending);
      if (this.#asked.push(pending) > 1) return;
      queueMicrotask(() => {
        this.#put(this.#asked.splice(0)).catch(error => {
          this.#fail(error);
          this.#bell.ring();
        });
        this.#looking ??= this.#look().finally(() => {
          this.#looking = null;
        });
      });
    });
  }

  /** Workers that take part now. */
  async members(): Promise<number> {
    const [row] = await this.#base.database.query(
      `SELECT count(*)::integer AS count FROM zpin.rollout_members JOIN zpin.workers ON workers.id = worker_id
       WHERE run_id = $1 AND seen_at > now() - make_interval(secs => $2)`,
      [this.#id, this.#base.graceSeconds],
    );
    return Number(row.count);
  }

  /** Ends the run: workers leave it. More than once does no harm. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#bell.ring();
    await this.#looking;
    await this.#deaf();
    await this.#base.database.query(`WITH gone AS (DELETE FROM zpin.rollout_runs WHERE id = $1) SELECT pg_notify($2, '')`, [
      this.#id,
      tasksOf(this.#id),
    ]);
  }

  async #put(pending: readonly Pending[]): Promise<void> {
    const { policy } = pending[0].asked;
    const isNew = policy !== undefined && policy.version !== this.#policyVersion;
    if (isNew) this.#policyVersion = policy.version;
    // Where the answer to a first attempt was lost, the second one changes nothing.
    await this.#base.database.prepared(
      'zpin-ask',
      `WITH followed AS (UPDATE zpin.rollout_runs SET policy = $2, policy_version = $3 WHERE id = $1 AND policy_version < $3),
       asked AS (
         UPDATE zpin.rollout_tasks AS tasks SET asked = more.count, task = more.task, worker_id = NULL, result = NULL, error = NULL
         FROM unnest($4::integer[], $5::integer[], $6::bytea[]) AS more (slot, count, task)
         WHERE run_id = $1 AND tasks.slot = more.slot AND asked < more.count RETURNING run_id)
       SELECT pg_notify($7, '') FROM asked`,
      [
        this.#id,
        isNew ? policy.bytes : null,
        isNew ? policy.version : 0,
        pending.map(({ asked }) => asked.slot),
        pending.map(({ count }) => count),
        pending.map(({ asked }) => asBuffer(asked.task)),
        tasksOf(this.#id),
      ],
    );
  }

  /** Looks for answers as long as there are some to come. */
  async #look(): Promise<void> {
    while (this.#pending.size > 0 && !this.#isClosed) {
      await this.#bell.wait(LOOK_MS);
      if (this.#isClosed) return;
      try {
        const rows = await this.#base.database.prepared(
          'zpin-look',
          `SELECT slot, asked, result, state, error FROM zpin.rollout_tasks
           WHERE run_id = $1 AND answered = asked AND slot = ANY($2)`,
          [this.#id, [...this.#pending.keys()]],
        );
        for (const row of rows) this.#settle(row);
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  #settle({ slot, asked, result, state, error }: Row): void {
    const pending = this.#pending.get(Number(slot));
    // What it holds is the answer to the task before, as long as this one is on its way.
    if (!pending || pending.count !== asked) return;
    this.#pending.delete(Number(slot));
    if (typeof error === 'string') pending.reject(new TaskFailure(error));
    else pending.resolve({ result: result as Uint8Array, state: state as Uint8Array });
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

/** Within lists, `pg` takes bytes for bytes only where they are a `Buffer`. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** A task that could not be done; the message is what the worker says of it. */
export class TaskFailure extends Error {}

/** Channel on which workers are told of tasks. */
export function tasksOf(run: number): string {
  return `zpin_tasks_${run}`;
}

/** Channel on which a learner is told of answers. */
export function answersOf(run: number): string {
  return `zpin_answers_${run}`;
}
