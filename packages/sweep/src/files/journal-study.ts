import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { InputError, message } from '@zpin/contracts';
import { formatDistribution, toInternal } from '../journal/distributions.ts';
import { directionCode, JournalState, type StoredStudy, type StoredTrial, stateCode } from '../journal/journal-state.ts';
import { type JsonObject, OPERATION } from '../journal/operations.ts';
import { isActive } from '../space/parameter-groups.ts';
import type { Direction } from '../trial.ts';
import type { BeginOptions, BegunTrial, Proposal, TrialStorage } from '../trial-storage.ts';
import { FileLock } from './file-lock.ts';
import { JournalFile } from './journal-file.ts';

export interface OpenStudyOptions {
  /** Name of the study in the file. */
  readonly name: string;
  /** Makes the study where there is none; when omitted, it must be there. */
  readonly direction?: Direction;
  /** Times of the lock in milliseconds; see `FileLock`. */
  readonly lock?: { readonly graceMs?: number; readonly timeoutMs?: number };
}

/**
 * A study in a journal in Optuna's format. Several processes, on one machine or on several that share the folder, may have it open
 * at once; Optuna reads it, continues it, and has its trials continued.
 */
export class JournalStudy implements TrialStorage {
  /** The file. */
  readonly path: string;
  /** Name of the study in it. */
  readonly name: string;
  readonly #file: JournalFile;
  readonly #state = new JournalState();
  readonly #writer = randomUUID();

  private constructor(path: string, { name, lock = {} }: OpenStudyOptions) {
    this.path = resolve(path);
    this.name = name;
    this.#file = new JournalFile(this.path, new FileLock(this.path, lock));
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
    return this.study().trials;
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

  async begin({ propose, isAbandoned = () => false, attributes = {} }: BeginOptions): Promise<BegunTrial | null> {
    const begun = await this.#append(() => {
      const { trials, id: study_id } = this.study();
      const mark = (id: number) => this.#attributeOperations(id, 'system', attributes);
      const left = trials.find(trial => trial.state === 'running' && isAbandoned(trial));
      if (left) return { operations: mark(left.id), result: { id: left.id, isTakenUp: true } };
      const waiting = trials.find(({ state }) => state === 'waiting') ?? null;
      const proposal = propose(trials, waiting);
      if (!proposal) return { operations: [], result: null };
      const datetime_start = new Date().toISOString();
      const id = waiting?.id ?? this.#state.nextTrialId;
      const begin = waiting
        ? this.#operation('setState', { trial_id: id, state: stateCode('running'), values: null, datetime_start })
        : this.#operation('createTrial', { study_id, datetime_start });
      return {
        operations: [begin, ...this.#parameterOperations(id, proposal), ...mark(id)],
        result: { id, isTakenUp: false },
      };
    });
    return begun && { trial: this.#trial(begun.id), isTakenUp: begun.isTakenUp };
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

  /** Changes a trial that is open. */
  #change(id: number, operations: readonly JsonObject[]): Promise<boolean> {
    return this.#append(() => {
      const { state } = this.#trial(id);
      const isOpen = state === 'running' || state === 'waiting';
      return { operations: isOpen ? operations : [], result: isOpen };
    });
  }

  #append<T>(decide: () => { readonly operations: readonly JsonObject[]; readonly result: T }): Promise<T> {
    return this.#file.append(operations => this.#see(operations), decide);
  }

  #see(operations: readonly JsonObject[]): void {
    for (const operation of operations) this.#state.apply(operation);
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
