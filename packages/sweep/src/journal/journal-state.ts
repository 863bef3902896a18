import { message } from '@zpin/contracts';
import type { Parameter, ParameterValue } from '../space/parameter.ts';
import type { Trial, TrialState } from '../trial.ts';
import { areCompatible, fromInternal, parseDistribution, parseDistributions } from './distributions.ts';
import { JournalError } from './journal-error.ts';
import { isObject, type JsonObject, type JsonValue, OPERATION } from './operations.ts';

/** A trial as a storage holds it. */
export interface StoredTrial extends Trial {
  /** Its number among the trials of all studies of a storage. */
  readonly id: number;
  /** What each of its parameters could have been. */
  readonly distributions: Readonly<Record<string, Parameter>>;
  /** What users keep with it. */
  readonly userAttributes: JsonObject;
  /** What programs keep with it. */
  readonly systemAttributes: JsonObject;
  /** Values of several objectives; one, mostly. Null where there are none yet. */
  readonly values: readonly number[] | null;
  /** When it began and ended, in ISO 8601; null where it did not. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** A study: trials of one question. */
export interface StoredStudy {
  readonly id: number;
  readonly name: string;
  readonly directions: readonly ('maximize' | 'minimize' | 'not set')[];
  readonly userAttributes: JsonObject;
  readonly systemAttributes: JsonObject;
  readonly trials: readonly StoredTrial[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface TrialRecord extends Mutable<Omit<StoredTrial, 'params' | 'distributions' | 'intermediateValues'>> {
  readonly study: StudyRecord;
  readonly params: Record<string, ParameterValue>;
  readonly distributions: Record<string, Parameter>;
  readonly intermediateValues: Map<number, number>;
}

interface StudyRecord extends Mutable<Omit<StoredStudy, 'trials'>> {
  readonly trials: TrialRecord[];
}

const STATES = ['running', 'complete', 'pruned', 'failed', 'waiting'] as const;
const DIRECTIONS = ['not set', 'minimize', 'maximize'] as const;

/** Number of a state in a journal. */
export function stateCode(state: TrialState): number {
  return STATES.indexOf(state);
}

/** Number of a direction in a journal. */
export function directionCode(direction: 'maximize' | 'minimize'): number {
  return DIRECTIONS.indexOf(direction);
}

/**
 * What the lines of a journal come to, one after another. Writers do not see each other's last lines, so a line may come too late: one
 * that changes a finished trial, or claims one that another has claimed, counts for nothing, on every machine alike.
 */
export class JournalState {
  readonly #studies = new Map<number, StudyRecord>();
  readonly #trials = new Map<number, TrialRecord>();
  #studiesCreated = 0;
  #trialsCreated = 0;

  /** Studies that were not deleted. */
  get studies(): readonly StoredStudy[] {
    return [...this.#studies.values()];
  }

  /** The number that the next trial will have among those of all studies. */
  get nextTrialId(): number {
    return this.#trialsCreated;
  }

  /** The next line. @returns whether it counted */
  apply(operation: JsonObject): boolean {
    switch (operation.op_code) {
      case OPERATION.createStudy:
        return this.#createStudy(operation);
      case OPERATION.deleteStudy:
        return this.#deleteStudy(operation);
      case OPERATION.setStudyUserAttribute:
        return this.#setStudyAttributes(operation, 'userAttributes', operation.user_attr);
      case OPERATION.setStudySystemAttribute:
        return this.#setStudyAttributes(operation, 'systemAttributes', operation.system_attr);
      case OPERATION.createTrial:
        return this.#createTrial(operation);
      case OPERATION.setParameter:
        return this.#setParameter(operation);
      case OPERATION.setState:
        return this.#setState(operation);
      case OPERATION.setIntermediateValue:
        return this.#setIntermediateValue(operation);
      case OPERATION.setUserAttribute:
        return this.#setTrialAttributes(operation, 'userAttributes', operation.user_attr);
      case OPERATION.setSystemAttribute:
        return this.#setTrialAttributes(operation, 'systemAttributes', operation.system_attr);
      default:
        // Later versions may say more; what is known stays true.
        return false;
    }
  }

  #createStudy(operation: JsonObject): boolean {
    const name = String(operation.study_name);
    if ([...this.#studies.values()].some(study => study.name === name)) return false;
    const { directions } = operation;
    if (!Array.isArray(directions)) throw damaged(operation, 'directions');
    const id = this.#studiesCreated++;
    this.#studies.set(id, {
      id,
      name,
      directions: directions.map(code => DIRECTIONS[Number(code)] ?? 'not set'),
      userAttributes: {},
      systemAttributes: {},
      trials: [],
    });
    return true;
  }

  #deleteStudy(operation: JsonObject): boolean {
    const study = this.#studies.get(Number(operation.study_id));
    if (!study) return false;
    for (const { id } of study.trials) this.#trials.delete(id);
    return this.#studies.delete(study.id);
  }

  #setStudyAttributes(
    operation: JsonObject,
    kind: 'userAttributes' | 'systemAttributes',
    values: JsonValue | undefined,
  ): boolean {
    const study = this.#studies.get(Number(operation.study_id));
    if (!study || !isObject(values)) return false;
    study[kind] = { ...study[kind], ...values };
    return true;
  }

  #createTrial(operation: JsonObject): boolean {
    const study = this.#studies.get(Number(operation.study_id));
    if (!study) return false;
    const {
      state = 0,
      value = null,
      values = null,
      params,
      distributions,
      user_attrs,
      system_attrs,
      intermediate_values,
    } = operation;
    const parameters = isObject(distributions) ? parseDistributions(distributions) : {};
    const known = isObject(params) ? Object.entries(params) : [];
    const given = values ?? (value === null ? null : [value]);
    const trial: TrialRecord = {
      id: this.#trialsCreated++,
      number: study.trials.length,
      study,
      state: stateOf(operation, state),
      params: Object.fromEntries(known.map(([name, internal]) => [name, fromInternal(parameters[name], Number(internal))])),
      distributions: parameters,
      intermediateValues: new Map(
        isObject(intermediate_values)
          ? Object.entries(intermediate_values).map(([step, each]) => [Number(step), numberOf(each)])
          : [],
      ),
      ...resultOf(given),
      userAttributes: isObject(user_attrs) ? user_attrs : {},
      systemAttributes: isObject(system_attrs) ? system_attrs : {},
      startedAt: textOf(operation.datetime_start),
      endedAt: textOf(operation.datetime_complete),
    };
    study.trials.push(trial);
    this.#trials.set(trial.id, trial);
    return true;
  }

  #setParameter(operation: JsonObject): boolean {
    const trial = this.#openTrial(operation);
    if (!trial) return false;
    const name = String(operation.param_name);
    const parameter = parseDistribution(String(operation.distribution));
    const before = trial.study.trials.find(({ distributions }) => Object.hasOwn(distributions, name));
    if (before && !areCompatible(before.distributions[name], parameter)) return false;
    trial.params[name] = fromInternal(parameter, Number(operation.param_value_internal));
    trial.distributions[name] = parameter;
    return true;
  }

  #setState(operation: JsonObject): boolean {
    const trial = this.#openTrial(operation);
    const state = stateOf(operation, operation.state);
    // Who comes second does not have it.
    if (!trial || (state === 'running' && trial.state !== 'waiting')) return false;
    trial.state = state;
    Object.assign(trial, resultOf(operation.values ?? null));
    if (state === 'running') trial.startedAt = textOf(operation.datetime_start);
    else if (state !== 'waiting') trial.endedAt = textOf(operation.datetime_complete);
    return true;
  }

  #setIntermediateValue(operation: JsonObject): boolean {
    const trial = this.#openTrial(operation);
    if (!trial) return false;
    trial.intermediateValues.set(Number(operation.step), numberOf(operation.intermediate_value));
    return true;
  }

  #setTrialAttributes(
    operation: JsonObject,
    kind: 'userAttributes' | 'systemAttributes',
    values: JsonValue | undefined,
  ): boolean {
    const trial = this.#openTrial(operation);
    if (!trial || !isObject(values)) return false;
    trial[kind] = { ...trial[kind], ...values };
    return true;
  }

  /** The trial that an operation is about, unless it has come to its end. */
  #openTrial(operation: JsonObject): TrialRecord | null {
    const trial = this.#trials.get(Number(operation.trial_id));
    return trial && (trial.state === 'running' || trial.state === 'waiting') ? trial : null;
  }
}

function resultOf(given: JsonValue): { readonly value: number | null; readonly values: readonly number[] | null } {
  const values = Array.isArray(given) ? given.map(numberOf) : null;
  return { value: values?.length === 1 ? values[0] : null, values };
}

function stateOf(operation: JsonObject, code: JsonValue | undefined): TrialState {
  const state = STATES[Number(code)];
  if (state === undefined) throw damaged(operation, 'state');
  return state;
}

/** No number at all stands for NaN in some storages. */
function numberOf(value: JsonValue | undefined): number {
  return value === null || value === undefined ? Number.NaN : Number(value);
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function damaged(operation: JsonObject, key: string): JournalError {
  return new JournalError(message('JournalState', `an operation must have a known ${key}`, operation, 'The journal is damaged'));
}
