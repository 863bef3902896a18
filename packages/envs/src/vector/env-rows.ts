import {
  describeSpace,
  type Env,
  EnvError,
  type EnvInfo,
  type EnvState,
  envFailure,
  flatSize,
  flatten,
  hasActionMask,
  message,
  type NumericArray,
  type ResetResult,
  type Rng,
  SpaceError,
  type SpaceValue,
  unflatten,
  type VectorStep,
} from '@zpin/contracts';
import { maskOf, refuseUndeclaredMask } from '../base/env-mask.ts';
import { InfoMeans } from '../base/info-means.ts';
import type { RowEnv } from '../base/row-env.ts';

/**
 * An environment as vectorisation needs it: itself when it can write rows, else wrapped (which costs allocations per step).
 * @param firstCopy the number of the copy in row 0, for errors
 */
export function rowEnv(env: Env, firstCopy = 0): RowEnv {
  return isRowEnv(env) ? env : new EnvRows(env, firstCopy);
}

function isRowEnv(env: Env): env is Env & RowEnv {
  return 'stepRow' in env && 'resetRow' in env;
}

/** Rows of an environment that has none by nature: of one that somebody wrote as it came to them, so that all it returns is looked at. */
export class EnvRows implements RowEnv {
  readonly hasActionMask: boolean;
  readonly infoMeans = new InfoMeans();
  readonly #env: Env;
  readonly #firstCopy: number;
  readonly #numActions: number;
  readonly #obsSize: number;
  readonly #actionSize: number;
  /** Steps of the episode in progress, for errors; NaN where it began before a state was taken back. */
  #length = 0;

  constructor(env: Env, firstCopy: number) {
    this.#env = env;
    this.#firstCopy = firstCopy;
    this.hasActionMask = hasActionMask(env);
    this.#numActions = env.spec.actionSpace.type === 'discrete' ? env.spec.actionSpace.n : 0;
    this.#obsSize = flatSize(env.spec.observationSpace);
    this.#actionSize = flatSize(env.spec.actionSpace);
  }

  /** @throws EnvError naming the copy, when the environment throws or returns what it must not */
  resetRow(out: VectorStep, row: number, seed?: number | Rng): void {
    this.infoMeans.clear();
    this.#length = 0;
    try {
      const { obs, info } = this.#checked('reset', row, this.#env.reset(seed === undefined ? {} : { seed }));
      this.#write(out, row, obs, info, 'reset');
    } catch (error) {
      throw envFailure(this.#place('reset', row), error);
    }
  }

  /** @throws EnvError naming copy and step, when the environment throws or returns what it must not */
  stepRow(actions: NumericArray, out: VectorStep, row: number): void {
    this.#length++;
    let isOver: boolean;
    try {
      isOver = this.#step(actions, out, row);
    } catch (error) {
      throw envFailure(this.#place('step', row), error);
    }
    if (isOver) this.resetRow(out, row);
  }

  /** @returns whether the episode is over */
  #step(actions: NumericArray, out: VectorStep, row: number): boolean {
    const action = unflatten(this.#env.spec.actionSpace, actions, row * this.#actionSize);
    const { rewardTally } = this.#env;
    if (rewardTally) {
      rewardTally.sum = 0;
      rewardTally.steps = 0;
    }
    const { obs, reward, terminated, truncated, info } = this.#checked('step', row, this.#env.step(action));
    out.reward[row] = reward;
    // Read before a reset, in which wrappers may play on. A wrapper that steps another object than its own has counted nothing.
    if (out.rawReward) out.rawReward[row] = rewardTally && rewardTally.steps > 0 ? rewardTally.sum : reward;
    out.terminated[row] = this.#flag(row, 'terminated', terminated);
    out.truncated[row] = this.#flag(row, 'truncated', truncated);
    if (out.episodeInfo) this.infoMeans.add(info);
    if (!(terminated || truncated)) {
      this.#write(out, row, obs, info, 'step');
      return false;
    }
    if (out.episodeInfo) out.episodeInfo[row] = this.infoMeans.take();
    this.#writeObs(out.finalObs, row, obs, 'step');
    this.#writeMask(out.finalActionMask, row, info, 'step', terminated);
    if (out.success) out.success[row] = Number(info.isSuccess);
    return true;
  }

  #write(out: VectorStep, row: number, obs: unknown, info: EnvInfo, method: Method): void {
    this.#writeObs(out.obs, row, obs, method);
    this.#writeMask(out.actionMask, row, info, method, false);
  }

  #writeObs(out: NumericArray, row: number, obs: unknown, method: Method): void {
    const { observationSpace } = this.#env.spec;
    try {
      flatten(observationSpace, obs as SpaceValue, out, row * this.#obsSize);
    } catch (error) {
      if (!(error instanceof SpaceError || error instanceof TypeError)) throw error;
      this.#refuse(method, row, `the observation must be of ${describeSpace(observationSpace)}`, obs);
    }
  }

  #writeMask(out: Uint8Array | undefined, row: number, info: EnvInfo, method: Method, isLast: boolean): void {
    const { spec } = this.#env;
    if (!this.hasActionMask) {
      if (info.actionMask) refuseUndeclaredMask(spec);
      return;
    }
    if (!out) return;
    const mask = maskOf(`${spec.id}.${method}`, info, this.#numActions, isLast);
    const offset = row * this.#numActions;
    if (mask) out.set(mask, offset);
    else out.fill(1, offset, offset + this.#numActions);
  }

  /** An episode goes on that began elsewhere. */
  takeBack(infoMeans: EnvState | null): void {
    this.#length = Number.NaN;
    this.infoMeans.restore(infoMeans);
  }

  /** The result, if it is one: JavaScript need not keep what types promise. */
  #checked<Result extends ResetResult<unknown>>(method: Method, row: number, result: Result): Result {
    if (typeof result?.info === 'object' && result.info !== null) return result;
    const parts = method === 'step' ? '{ obs, reward, terminated, truncated, info }' : '{ obs, info }';
    if (result instanceof Promise) this.#refuse(method, row, `it must return ${parts}`, 'a promise', 'Return it without async');
    if (typeof result !== 'object' || result === null) this.#refuse(method, row, `it must return ${parts}`, result);
    this.#refuse(method, row, 'info must be an object', result.info, 'Return {} where there is nothing to tell');
  }

  #flag(row: number, name: string, value: boolean): number {
    if (typeof value !== 'boolean') this.#refuse('step', row, `${name} must be true or false`, value);
    return value ? 1 : 0;
  }

  #refuse(method: Method, row: number, expectation: string, got: unknown, remedy = REMEDY): never {
    throw new EnvError(message(this.#place(method, row), expectation, got, remedy));
  }

  #place(method: Method, row: number): string {
    const step = method === 'reset' || Number.isNaN(this.#length) ? '' : `, at step ${this.#length} of its episode`;
    return `${this.#env.spec.id}.${method}, copy ${this.#firstCopy + row}${step}`;
  }
}

type Method = 'reset' | 'step';

const REMEDY = 'Mend what it returns; checkEnv shows more';
