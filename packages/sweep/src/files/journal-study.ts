import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { InputError, message } from '@zpin/contracts';
import { formatDistribution, toInternal } from '../journal/distributions.ts';
import { directionCode, JournalState, type StoredStudy, type StoredTrial, stateCode } from '../journal/journal-state.ts';
import { type JsonObject, OPERATION } from '../journal/operations.ts';
import { isActive } from '../space/parameter-groups.ts';
import type { Direction } from '../trial.ts';
import type { BeginOptions, BegunTrial, Proposal, TrialStorage } from '../trial-storage.ts';
import { type Claim, ClaimWatch, claimAttributes, claimOf } from './claims.ts';
import { FileLock } from './file-lock.ts';
import { JournalFile } from './journal-file.ts';

/** How a process works on trials of a study. */
export interface JournalWorkerOptions {
  /** Name of the machine; as the system has it when omitted. */
  readonly host?: string;
  /** Milliseconds between two signs of life; 5,000 when omitted, or a quarter of `graceMs` where that is less. 0: only `beat` gives some. */
  readonly beatMs?: number;
  /** Milliseconds after which a worker that gives no sign of life counts as gone, once three of them are due; 60,000 when omitted. */
  readonly graceMs?: number;
  /** Whether `begin` waits while other workers have the last trials, to take up what they may leave; false when omitted. */
  readonly waits?: boolean;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Called when `begin` begins to wait, with the trials that others have. */
  onWait?(trials: readonly StoredTrial[]): void;
  /** Milliseconds of a clock that only goes forward. */
  now?(): number;
  /** Whether a process of this machine is there: one that is not counts as gone at once. When omitted, all of them are. */
  isRunning?(pid: number): boolean;
}

export interface OpenStudyOptions {
  /** Name of the study in the file. */
  readonly name: string;
  /** Makes the study where there is none; when omitted, it must be there. */
  readonly direction?: Direction;
  /** Times of the lock in milliseconds; see `FileLock`. */
  readonly lock?: { readonly graceMs?: number; readonly timeoutMs?: number };
  /** How this process works on its trials. */
  readonly worker?: JournalWorkerOptions;
}

/** Milliseconds between two looks for a trial that others leave. */
const PAUSE_MS = 500;
/** Workers of this process: one of another process that had its number before is none of them. */
const workersHere = new Set<string>();

/**
 * A study in a journal in Optuna's format. Several processes, on one machine or on several that share the folder, may have it open
 * at once; Optuna reads it, continues it, and has its trials continued.
 *
 * A worker has a trial by a claim, a system attribute `zpin:worker` with a counter that it raises every few seconds. Where the counter has stood still
 * for long, by the clock of whoever looks, the trial is taken up by the next one; what its worker writes from then on does not count.
 */
export class JournalStudy implements TrialStorage {
  /** The file. */
  readonly path: string;
  /** Name of the study in it. */
  readonly name: string;
  readonly #file: JournalFile;
  readonly #state = new JournalState();
  readonly #writer = randomUUID();
  readonly #worker: JournalWorkerOptions;
  readonly #beatMs: number;
  readonly #watch: ClaimWatch;
  /** Claims of the trials that this worker has, as far as it has read. */
  readonly #held = new Map<number, Claim>();
  #heart: NodeJS.Timeout | null = null;

  private constructor(path: string, { name, lock = {}, worker = {} }: OpenStudyOptions) {
    this.path = resolve(path);
    this.name = name;
    this.#file = new JournalFile(this.path, new FileLock(this.path, lock));
    this.#worker = worker;
    workersHere.add(this.#writer);
    const { host = hostname(), graceMs = 60_000, now = () => performance.now(), isRunning = () => true } = worker;
    this.#beatMs = worker.beatMs ?? Math.min(5000, Math.ceil(graceMs / 4));
    this.#watch = new ClaimWatch({ host, graceMs, now, isRunning });
  }

  /**
   * Opens a study, and makes it when a direction is given and there is none.
   * @throws InputError when it is not there, has several objectives or looks the other way, or the file is no journal
   */
  static async open(path: string, options: OpenStudyOptions): Promise<JournalStudy> {
    const study = new JournalStudy(path, options);
    const { name, direction } = options;
    study.#see(study.#file.read());
    if (direction !== undefined && study.#find() === undefined) {
      await study.#append(() => {
        if (study.#find() !== undefined) return { operations: [], result: null };
        const create = { study_name: name, directions: [directionCode(direction)] };
        return { operations: [study.#operation('createStudy', create)], result: null };
      });
    }
    const { directions } = study.study();
    if (directions.length !== 1 || directions[0] === 'not set' || (direction ?? directions[0]) !== directions[0]) {
      const expectation = `study ${name} must ${direction ?? 'maximize or minimize'} one value`;
      throw new InputError(message('JournalStudy.open', expectation, directions, 'Choose another name or file'));
    }
    return study;
  }

  /** The study as it was read last. @throws InputError when there is none of its name */
  study(): StoredStudy {
    const found = this.#find();
    if (found) return found;
    const names = this.#state.studies.map(({ name }) => name);
    const remedy = names.length === 0 ? 'Check the path' : `There are ${names.join(', ')}`;
    throw new InputError(message('JournalStudy', `${this.path} must hold the study`, this.name, remedy));
  }

  /** Whether the largest or the smallest value is looked for. */
  get direction(): Direction {
    return this.study().directions[0] === 'minimize' ? 'minimize' : 'maximize';
  }

  async trials(): Promise<readonly StoredTrial[]> {
    this.#see(this.#file.read());
    const { trials } = this.study();
    // Whoever looks often knows early who is gone.
    for (const trial of trials) this.#isLeft(trial);
    return trials;
  }

  /** Notes what users keep with the study. */
  async setStudyAttributes(attributes: JsonObject): Promise<void> {
    await this.#append(() => {
      const study_id = this.study().id;
      const operations = Object.entries(attributes).map(([name, value]) =>
        this.#operation('setStudyUserAttribute', { study_id, user_attr: { [name]: value } }),
      );
      return { operations, result: null };
    });
  }

  async begin({ propose }: BeginOptions): Promise<BegunTrial | null> {
    const { waits = false, signal } = this.#worker;
    for (;;) {
      if (signal?.aborted) return null;
      const begun = await this.#tryBegin(propose);
      if (begun || !waits || !(await this.#waitForLeft())) return begun;
    }
  }

  /** Waits, without the lock, which others need, until there may be something to begin. @returns false when there will be nothing */
  async #waitForLeft(): Promise<boolean> {
    const { signal, onWait } = this.#worker;
    for (let isFirst = true; !signal?.aborted; isFirst = false) {
      const trials = await this.trials();
      if (trials.some(trial => trial.state === 'waiting' || this.#isLeft(trial))) return true;
      // Whoever claims nothing, as Optuna, cannot be waited for.
      const others = trials.filter(trial => trial.state === 'running' && claimOf(trial) && !this.#held.has(trial.id));
      if (others.length === 0) return false;
      if (isFirst) onWait?.(others);
      await wait(PAUSE_MS, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    }
    return false;
  }

  /** Takes a trial that was left, one that waits, or a new one. */
  async #tryBegin(propose: BeginOptions['propose']): Promise<BegunTrial | null> {
    const { host = hostname() } = this.#worker;
    const claim: Claim = { id: this.#writer, host, pid: process.pid, beat: 0, everyMs: this.#beatMs };
    const begun = await this.#append(() => {
      const { trials, id: study_id } = this.study();
      const claimed = (id: number) => this.#attributeOperations(id, 'system', claimAttributes(claim));
      const left = trials.find(trial => this.#isLeft(trial));
      if (left) return { operations: claimed(left.id), result: { id: left.id, isTakenUp: true } };
      const waiting = trials.find(({ state }) => state === 'waiting') ?? null;
      const proposal = propose(trials, waiting);
      if (!proposal) return { operations: [], result: null };
      const datetime_start = new Date().toISOString();
      const id = waiting?.id ?? this.#state.nextTrialId;
      const begin = waiting
        ? this.#operation('setState', { trial_id: id, state: stateCode('running'), values: null, datetime_start })
        : this.#operation('createTrial', { study_id, datetime_start });
      return {
        operations: [begin, ...this.#parameterOperations(id, proposal), ...claimed(id)],
        result: { id, isTakenUp: false },
      };
    });
    if (!begun) return null;
    this.#held.set(begun.id, claim);
    this.#live();
    return { trial: this.#trial(begun.id), isTakenUp: begun.isTakenUp };
  }

  /** Whether this worker has a trial, as far as it has read: after `beat`, as things stand. */
  holds(id: number): boolean {
    return this.#held.has(id);
  }

  /** Gives a sign of life, as happens every few seconds by itself, and sees which trials others have taken up. */
  async beat(): Promise<void> {
    if (this.#held.size === 0) return;
    await this.#append(() => {
      const operations = [...this.#held].flatMap(([id, claim]) => {
        const next = { ...claim, beat: claim.beat + 1 };
        this.#held.set(id, next);
        return this.#attributeOperations(id, 'system', claimAttributes(next));
      });
      return { operations, result: null };
    });
  }

  /** Gives back the trials that this worker has, when it is stopped: nobody has to wait until it counts as gone. */
  async giveBack(): Promise<void> {
    if (this.#held.size === 0) return;
    await this.#append(() => {
      const operations = [...this.#held.keys()].flatMap(id => this.#attributeOperations(id, 'system', claimAttributes(null)));
      return { operations, result: null };
    });
    this.#rest();
  }

  async report(id: number, step: number, value: number): Promise<boolean> {
    const told = this.#operation('setIntermediateValue', { trial_id: id, step, intermediate_value: value });
    return this.#change(id, [told]);
  }

  async setAttributes(id: number, kind: 'user' | 'system', attributes: JsonObject): Promise<boolean> {
    return this.#change(id, this.#attributeOperations(id, kind, attributes));
  }

  async finish(id: number, state: 'complete' | 'pruned' | 'failed', value?: number): Promise<boolean> {
    if ((state === 'complete') !== (value !== undefined) || Number.isNaN(value)) {
      const remedy = 'Finish a trial without a result as failed';
      throw new InputError(message('JournalStudy.finish', 'a complete trial, and no other, must have a value', value, remedy));
    }
    const values = value === undefined ? null : [value];
    const datetime_complete = new Date().toISOString();
    return this.#change(id, [this.#operation('setState', { trial_id: id, state: stateCode(state), values, datetime_complete })]);
  }

  /** Changes a trial that is open, and that this worker has or nobody claims. */
  #change(id: number, operations: readonly JsonObject[]): Promise<boolean> {
    return this.#append(() => {
      const trial = this.#trial(id);
      const isOpen = trial.state === 'running' || trial.state === 'waiting';
      const counts = isOpen && (this.#held.has(id) || claimOf(trial) === undefined);
      return { operations: counts ? operations : [], result: counts };
    });
  }

  #append<T>(decide: () => { readonly operations: readonly JsonObject[]; readonly result: T }): Promise<T> {
    return this.#file.append(operations => this.#see(operations), decide);
  }

  #see(operations: readonly JsonObject[]): void {
    for (const operation of operations) this.#state.apply(operation);
    if (this.#held.size === 0) return;
    for (const id of this.#held.keys()) {
      const trial = this.#find()?.trials.find(each => each.id === id);
      if (trial?.state !== 'running' || claimOf(trial)?.id !== this.#writer) this.#held.delete(id);
    }
    this.#rest();
  }

  /** Whether the worker of a running trial has left it. */
  #isLeft(trial: StoredTrial): boolean {
    if (trial.state !== 'running' || this.#held.has(trial.id)) return false;
    const claim = claimOf(trial);
    if (!claim) return claim === null;
    if (claim.id === this.#writer) return true;
    const isOfNumber = claim.host === (this.#worker.host ?? hostname()) && claim.pid === process.pid;
    return (isOfNumber && !workersHere.has(claim.id)) || this.#watch.isGone(trial.id, claim);
  }

  /** Gives signs of life from now on, as long as this worker has a trial. */
  #live(): void {
    if (this.#beatMs === 0 || this.#heart) return;
    // A disk that is away for a moment is told of when something of the trial is written.
    this.#heart = setInterval(() => this.beat().catch(() => undefined), this.#beatMs).unref();
  }

  #rest(): void {
    if (this.#held.size > 0 || !this.#heart) return;
    clearInterval(this.#heart);
    this.#heart = null;
  }

  #find(): StoredStudy | undefined {
    return this.#state.studies.find(({ name }) => name === this.name);
  }

  #trial(id: number): StoredTrial {
    const found = this.study().trials.find(trial => trial.id === id);
    if (found) return found;
    throw new InputError(message('JournalStudy', 'the trial must be one of the study', id, 'Take ids from its trials'));
  }

  #operation(name: keyof typeof OPERATION, content: JsonObject): JsonObject {
    return { op_code: OPERATION[name], worker_id: this.#writer, ...content };
  }

  #parameterOperations(trial_id: number, { params, space }: Proposal): JsonObject[] {
    return Object.entries(space).flatMap(([param_name, parameter]) =>
      isActive(parameter, params) && param_name in params
        ? [
            this.#operation('setParameter', {
              trial_id,
              param_name,
              param_value_internal: toInternal(parameter, params[param_name]),
              distribution: formatDistribution(parameter),
            }),
          ]
        : [],
    );
  }

  #attributeOperations(trial_id: number, kind: 'user' | 'system', attributes: JsonObject): JsonObject[] {
    return Object.entries(attributes).map(([name, value]) =>
      kind === 'user'
        ? this.#operation('setUserAttribute', { trial_id, user_attr: { [name]: value } })
        : this.#operation('setSystemAttribute', { trial_id, system_attr: { [name]: value } }),
    );
  }
}
