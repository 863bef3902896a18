import {
  type Env,
  type EnvInfo,
  flatSize,
  flatten,
  hasActionMask,
  type NumericArray,
  type Rng,
  type SpaceValue,
  unflatten,
  type VectorStep,
} from '@zpin/contracts';
import { maskOf, refuseUndeclaredMask } from '../base/env-mask.ts';
import { InfoMeans } from '../base/info-means.ts';
import type { RowEnv } from '../base/row-env.ts';

/** An environment as vectorisation needs it: itself when it can write rows, else wrapped (which costs allocations per step). */
export function rowEnv(env: Env): RowEnv {
  return isRowEnv(env) ? env : new EnvRows(env);
}

function isRowEnv(env: Env): env is Env & RowEnv {
  return 'stepRow' in env && 'resetRow' in env;
}

/** Rows of an environment that has none by nature. */
export class EnvRows implements RowEnv {
  readonly hasActionMask: boolean;
  readonly infoMeans = new InfoMeans();
  readonly #env: Env;
  readonly #numActions: number;
  readonly #obsSize: number;
  readonly #actionSize: number;

  constructor(env: Env) {
    this.#env = env;
    this.hasActionMask = hasActionMask(env);
    this.#numActions = env.spec.actionSpace.type === 'discrete' ? env.spec.actionSpace.n : 0;
    this.#obsSize = flatSize(env.spec.observationSpace);
    this.#actionSize = flatSize(env.spec.actionSpace);
  }

  resetRow(out: VectorStep, row: number, seed?: number | Rng): void {
    this.infoMeans.clear();
    const { obs, info } = this.#env.reset(seed === undefined ? {} : { seed });
    this.#write(out, row, obs, info, 'reset');
  }

  stepRow(actions: NumericArray, out: VectorStep, row: number): void {
    const action = unflatten(this.#env.spec.actionSpace, actions, row * this.#actionSize);
    const { rewardTally } = this.#env;
    if (rewardTally) {
      rewardTally.sum = 0;
      rewardTally.steps = 0;
    }
    const { obs, reward, terminated, truncated, info } = this.#env.step(action);
    out.reward[row] = reward;
    // Read before a reset, in which wrappers may play on. A wrapper that steps another object than its own has counted nothing.
    if (out.rawReward) out.rawReward[row] = rewardTally && rewardTally.steps > 0 ? rewardTally.sum : reward;
    out.terminated[row] = terminated ? 1 : 0;
    out.truncated[row] = truncated ? 1 : 0;
    if (out.episodeInfo) this.infoMeans.add(info);
    if (terminated || truncated) {
      if (out.episodeInfo) out.episodeInfo[row] = this.infoMeans.take();
      flatten(this.#env.spec.observationSpace, obs as SpaceValue, out.finalObs, row * this.#obsSize);
      this.#writeMask(out.finalActionMask, row, info, 'step', terminated);
      if (out.success) out.success[row] = Number(info.isSuccess);
      this.resetRow(out, row);
    } else {
      this.#write(out, row, obs, info, 'step');
    }
  }

  #write(out: VectorStep, row: number, obs: unknown, info: EnvInfo, method: string): void {
    flatten(this.#env.spec.observationSpace, obs as SpaceValue, out.obs, row * this.#obsSize);
    this.#writeMask(out.actionMask, row, info, method, false);
  }

  #writeMask(out: Uint8Array | undefined, row: number, info: EnvInfo, method: string, isLast: boolean): void {
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
}
