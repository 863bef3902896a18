import { setTimeout as wait } from 'node:timers/promises';
import type { StoredTrial } from '../journal/journal-state.ts';
import type { JsonObject } from '../journal/operations.ts';
import type { Parameter, Params } from '../space/parameter.ts';
import type { TrialState } from '../trial.ts';
import type { BeginOptions, BegunTrial, TrialStorage } from '../trial-storage.ts';
import type { Queries } from './database.ts';
import type { Row } from './postgres-types.ts';
import { asObject, type QueuedSweep, type SweepQueue } from './sweep-queue.ts';

export interface QueuedStudyOptions {
  /** Whether `begin` waits while other workers have the last trials, to take up what they may leave; true when omitted. */
  readonly waits?: boolean;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** A file of a run. */
export interface StoredFile {
  /** Path in the run folder, with `/` between its parts. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** Milliseconds between two looks for a job. */
const PAUSE_MS = 500;

/**
 * Trials of one sweep in a database, for one worker. A worker has a trial by a claim: when it was taken for dead and another one has taken the trial
 * up, nothing that it writes counts any more.
 */
export class QueuedStudy implements TrialStorage {
  readonly #queue: SweepQueue;
  readonly #sweep: QueuedSweep;
  readonly #options: QueuedStudyOptions;
  /** Of the trials that this worker has: their claims and jobs. */
  readonly #held = new Map<number, { readonly claim: number; readonly job: string }>();

  constructor(queue: SweepQueue, sweep: QueuedSweep, options: QueuedStudyOptions = {}) {
    this.#queue = queue;
    this.#sweep = sweep;
    this.#options = options;
  }

  get name(): string {
    return this.#sweep.name;
  }

  trials(): Promise<readonly StoredTrial[]> {
    return trialsOf(this.#queue.database, this.#sweep.id);
  }

  async begin(options: BeginOptions): Promise<BegunTrial | null> {
    const { waits = true, signal } = this.#options;
    await this.#queue.register();
    for (;;) {
      await this.#queue.reclaim(this.#sweep.id);
      const job = signal?.aborted ? null : await this.#queue.take(this.#sweep.id);
      if (job !== null) {
        const begun = await this.#claim(job, options);
        if (begun !== null) return begun;
        // Its trial had come to its end, or there is nothing left to try.
        await this.#queue.complete(this.#sweep.id, job);
        continue;
      }
      if (!waits || signal?.aborted || !(await this.#hasOpenJobs())) return null;
      await wait(PAUSE_MS, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    }
  }

  async report(id: number, step: number, value: number): Promise<boolean> {
    return this.#change(id, async queries => {
      await queries.query(
        'INSERT INTO zpin.reports VALUES ($1, $2, $3) ON CONFLICT (trial_id, step) DO UPDATE SET value = excluded.value',
        [id, step, value],
      );
    });
  }

  async setAttributes(id: number, kind: 'user' | 'system', attributes: JsonObject): Promise<boolean> {
    const column = kind === 'user' ? 'user_attributes' : 'system_attributes';
    return this.#change(id, async queries => {
      await queries.query(`UPDATE zpin.trials SET ${column} = ${column} || $2::jsonb WHERE id = $1`, [
        id,
        JSON.stringify(attributes),
      ]);
    });
  }

  async finish(id: number, state: 'complete' | 'pruned' | 'failed', value?: number): Promise<boolean> {
    const held = this.#held.get(id);
    const counts = await this.#change(id, async queries => {
      await queries.query('UPDATE zpin.trials SET state = $2, value = $3, ended_at = now() WHERE id = $1', [
        id,
        state,
        value ?? null,
      ]);
    });
    // Where the answer to a first attempt was lost, the second one finds the trial at its end: its job is done all the same.
    if (held && (counts || (await this.#hasEnded(id)))) await this.#queue.complete(this.#sweep.id, held.job);
    this.#held.delete(id);
    return counts;
  }

  /** Gives a trial back that was stopped, so that nobody has to wait until this worker counts as gone. */
  async giveBack(): Promise<void> {
    for (const [id, { job, claim }] of this.#held) {
      const rows = await this.#queue.database.query(
        "UPDATE zpin.trials SET worker_id = NULL WHERE id = $1 AND claim = $2 AND state = 'running' RETURNING id",
        [id, claim],
      );
      if (rows.length > 0) await this.#queue.giveBack(this.#sweep.id, job);
    }
    this.#held.clear();
  }

  /** Keeps what a run has come to at a step, under names. @returns whether it counted */
  async addMetrics(id: number, seed: number, step: number, metrics: Readonly<Record<string, number>>): Promise<boolean> {
    return this.#change(id, async queries => {
      const names = Object.keys(metrics);
      await queries.query(
        `INSERT INTO zpin.metrics SELECT $1, $2, $3, * FROM unnest($4::text[], $5::double precision[])
         ON CONFLICT (trial_id, seed, step, name) DO UPDATE SET value = excluded.value`,
        [id, seed, step, names, names.map(name => metrics[name])],
      );
    });
  }

  /** Keeps the files of a run in place of those that were kept of it: all of them, or none. @returns whether it counted */
  async saveFiles(id: number, seed: number, files: readonly StoredFile[]): Promise<boolean> {
    return this.#change(id, async queries => {
      await queries.query('DELETE FROM zpin.files WHERE trial_id = $1 AND seed = $2', [id, seed]);
      for (const { path, content } of files) {
        await queries.query('INSERT INTO zpin.files (trial_id, seed, path, content) VALUES ($1, $2, $3, $4)', [
          id,
          seed,
          path,
          content,
        ]);
      }
    });
  }

  /** The files that were kept of a run; none where it had not come to its first checkpoint. */
  async files(id: number, seed: number): Promise<readonly StoredFile[]> {
    const rows = await this.#queue.database.query(
      'SELECT path, content FROM zpin.files WHERE trial_id = $1 AND seed = $2 ORDER BY path',
      [id, seed],
    );
    return rows.map(({ path, content }) => ({ path: String(path), content: content as Uint8Array }));
  }

  /** Takes the trial of a job, one that was begun before or a new one; null where there is nothing to do for it. */
  #claim(job: string, { propose }: BeginOptions): Promise<BegunTrial | null> {
    const { workerId, database } = this.#queue;
    const { id: sweep } = this.#sweep;
    return database.transaction(async queries => {
      // Nobody else begins a trial meanwhile: each sees those before it.
      await queries.query('SELECT id FROM zpin.sweeps WHERE id = $1 FOR UPDATE', [sweep]);
      const [before] = await queries.query('SELECT id, state FROM zpin.trials WHERE job_id = $1', [job]);
      if (before) {
        if (before.state !== 'running') return null;
        const id = Number(before.id);
        const [{ claim }] = await queries.query(
          'UPDATE zpin.trials SET claim = claim + 1, worker_id = $2 WHERE id = $1 RETURNING claim',
          [id, workerId],
        );
        this.#held.set(id, { claim: Number(claim), job });
        return { trial: await trialOf(queries, sweep, id), isTakenUp: true };
      }
      const trials = await trialsOf(queries, sweep);
      const proposal = propose(trials, null);
      if (!proposal) return null;
      const [{ id }] = await queries.query(
        `INSERT INTO zpin.trials (sweep_id, number, job_id, state, params, distributions, worker_id)
         VALUES ($1, $2, $3, 'running', $4, $5, $6) RETURNING id`,
        [
          sweep,
          trials.length,
          job,
          JSON.stringify(proposal.params),
          JSON.stringify(activeOf(proposal.space, proposal.params)),
          workerId,
        ],
      );
      this.#held.set(Number(id), { claim: 1, job });
      return { trial: await trialOf(queries, sweep, Number(id)), isTakenUp: false };
    });
  }

  /** Changes a trial that this worker has. @returns whether it has it still */
  async #change(id: number, run: (queries: Queries) => Promise<void>): Promise<boolean> {
    const held = this.#held.get(id);
    if (!held) return false;
    return this.#queue.database.transaction(async queries => {
      const rows = await queries.query(
        "SELECT id FROM zpin.trials WHERE id = $1 AND claim = $2 AND state = 'running' FOR UPDATE",
        [id, held.claim],
      );
      if (rows.length === 0) return false;
      await run(queries);
      return true;
    });
  }

  async #hasEnded(id: number): Promise<boolean> {
    const [trial] = await this.#queue.database.query('SELECT state FROM zpin.trials WHERE id = $1', [id]);
    return trial?.state !== 'running';
  }

  async #hasOpenJobs(): Promise<boolean> {
    const sweeps = await this.#queue.sweeps();
    return sweeps.some(({ id, isOpen }) => id === this.#sweep.id && isOpen);
  }
}

function activeOf(space: Readonly<Record<string, Parameter>>, params: Params): Record<string, Parameter> {
  return Object.fromEntries(Object.entries(space).filter(([name]) => name in params));
}

async function trialOf(queries: Queries, sweep: number, id: number): Promise<StoredTrial> {
  const found = (await trialsOf(queries, sweep)).find(trial => trial.id === id);
  if (!found) throw new Error(`trial ${id} must be one of sweep ${sweep}`);
  return found;
}

/** All trials of a sweep, in their order. */
export async function trialsOf(queries: Queries, sweep: number): Promise<StoredTrial[]> {
  const rows = await queries.query(
    `SELECT id, number, state, params, distributions, value, user_attributes, system_attributes, started_at, ended_at,
       (SELECT coalesce(json_agg(json_build_array(step, value::text) ORDER BY step), '[]') FROM zpin.reports WHERE trial_id = trials.id)
         AS reports
     FROM zpin.trials WHERE sweep_id = $1 ORDER BY number`,
    [sweep],
  );
  return rows.map(trialFrom);
}

function trialFrom(row: Row): StoredTrial {
  const value = row.value === null ? null : Number(row.value);
  const reports = row.reports as readonly (readonly [step: number, value: string])[];
  return {
    ...{ id: Number(row.id), number: Number(row.number), state: row.state as TrialState },
    ...{ params: asObject(row.params) as Params, distributions: row.distributions as Readonly<Record<string, Parameter>> },
    ...{ value, values: value === null ? null : [value] },
    // Texts, as JSON has no word for NaN.
    intermediateValues: new Map(reports.map(([step, text]) => [step, Number(text)])),
    ...{ userAttributes: asObject(row.user_attributes), systemAttributes: asObject(row.system_attributes) },
    ...{ startedAt: timeOf(row.started_at), endedAt: timeOf(row.ended_at) },
  };
}

function timeOf(value: unknown): string | null {
  return value instanceof Date ? value.toISOString() : null;
}
