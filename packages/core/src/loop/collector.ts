import {
  type AgentState,
  countLegal,
  type EnvState,
  envFailure,
  type NumericArray,
  refuseMaskRow,
  type VectorEnv,
  type VectorStep,
} from '@zpin/contracts';
import { actionBounds } from './action-bounds.ts';
import { areFinite, type BadNumber, badObservation, badReward } from './check-finite.ts';
import { takeArray } from './take-back.ts';

/** An episode that ended in the last step. */
export interface EpisodeEnd {
  readonly envIndex: number;
  /** Of the rewards that the environment itself paid, whatever wrappers make of them. */
  readonly episodeReturn: number;
  /** Environment steps. */
  readonly episodeLength: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
  /** Whether the goal was reached; present when the environment has goals. */
  readonly success?: boolean;
  /** What its infos told in numbers, one for each name; present when they told something. */
  readonly info?: Readonly<Record<string, number>>;
}

/** What one step of N environments gave. The arrays are valid until the next step. */
export interface Collected {
  /** `[N]` */
  readonly reward: Float32Array;
  /** `[N]` */
  readonly terminated: Uint8Array;
  /** `[N]` */
  readonly truncated: Uint8Array;
  /** `[N, D]`: true successors; where an episode ended, its last observation, not the first of the next. */
  readonly nextObs: NumericArray;
  /** `[N, A]`: legal actions in `nextObs`, when the environment masks actions. */
  readonly nextActionMask?: Uint8Array;
  readonly episodes: readonly EpisodeEnd[];
}

/**
 * Steps a vector environment and sorts out what an end means: the one place where automatic resets, last observations and the
 * two kinds of end are handled. Keeps the return and length of the episodes in progress.
 */
export class Collector {
  readonly env: VectorEnv;
  #now: VectorStep;
  #next: VectorStep;
  readonly #successor: NumericArray;
  readonly #successorMask: Uint8Array | undefined;
  /** Bounds of a `Box` of actions, and room for actions within them; null where every action is one of the space. */
  readonly #bounds: { readonly low: NumericArray; readonly high: NumericArray; readonly clipped: NumericArray } | null;
  readonly #width: number;
  /** Whether observations can be other than finite: integers cannot. */
  readonly #isFloat: boolean;
  readonly #returns: Float64Array;
  readonly #lengths: Float64Array;
  readonly #start: Uint8Array;
  /** Environment steps before the next one, of the run where it says so; for errors. */
  #done = 0;

  constructor(env: VectorEnv) {
    this.env = env;
    this.#now = env.createStep();
    this.#next = env.createStep();
    this.#successor = this.#now.obs.slice();
    this.#successorMask = this.#now.actionMask?.slice();
    this.#bounds = actionBounds(env);
    this.#width = this.#successor.length / env.numEnvs;
    this.#isFloat = this.#now.obs instanceof Float32Array;
    this.#returns = new Float64Array(env.numEnvs);
    this.#lengths = new Float64Array(env.numEnvs);
    this.#start = new Uint8Array(env.numEnvs);
  }

  /** `[N, D]`: what to act on. */
  get obs(): NumericArray {
    return this.#now.obs;
  }

  /** `[N, A]`, when the environment masks actions. */
  get actionMask(): Uint8Array | undefined {
    return this.#now.actionMask;
  }

  /** `[N]`: 1 where an episode begins with `obs`; valid until the next step. */
  get start(): Uint8Array {
    for (let i = 0; i < this.#start.length; i++) this.#start[i] = Number(this.#lengths[i] === 0);
    return this.#start;
  }

  /**
   * Begins new episodes.
   * @param seed as a vector environment takes it: one, or one per copy; omitted, its generators go on
   * @throws NumericsError when an observation is not finite; InputError when a mask leaves no action, or is none
   */
  reset(seed?: number | readonly number[]): void {
    try {
      this.env.reset(this.#now, seed);
    } catch (error) {
      throw envFailure(`${this.env.spec.id}.reset`, error);
    }
    this.#checkObservations(this.#now, 'at its reset');
    this.#checkMasks(this.#now, 'at its reset');
    this.#returns.fill(0);
    this.#lengths.fill(0);
  }

  /**
   * Plays one action in each environment. The environment gets actions within the bounds of a `Box`; the given array stays as it
   * is.
   * @param actions `[N]` or `[N, K]`
   * @throws NumericsError when a reward or an observation is not finite, before anyone has seen it; InputError when a mask of
   * actions is not of 0 and 1, or leaves no action where the episode goes on; EnvError when the environment throws what is no
   * error of this project
   */
  step(actions: NumericArray): Collected {
    const out = this.#next;
    try {
      this.env.step(this.#clip(actions), out);
    } catch (error) {
      throw envFailure(`${this.env.spec.id}.step`, error);
    }
    this.#checkObservations(out);
    this.#checkMasks(out);
    [this.#now, this.#next] = [this.#next, this.#now];
    let episodes: EpisodeEnd[] = NONE;
    let nextObs = out.obs;
    let nextActionMask = out.actionMask;
    const { rawReward = out.reward } = out;
    for (let i = 0; i < this.env.numEnvs; i++) {
      const reward = out.reward[i];
      const paid = rawReward[i];
      if (reward - reward !== 0) throw badReward(this.#place(i), reward);
      if (paid - paid !== 0) throw badReward(this.#place(i), paid);
      const isEnd = out.terminated[i] || out.truncated[i];
      if (isEnd) this.#checkLast(out, i);
      this.#returns[i] += paid;
      this.#lengths[i] += 1;
      if (!isEnd) continue;
      if (episodes === NONE) {
        episodes = [];
        nextObs = this.#successor;
        nextObs.set(out.obs);
        if (nextActionMask && this.#successorMask) {
          this.#successorMask.set(nextActionMask);
          nextActionMask = this.#successorMask;
        }
      }
      copyRow(out.finalObs, nextObs, i, this.#width);
      if (out.finalActionMask && nextActionMask)
        copyRow(out.finalActionMask, nextActionMask, i, nextActionMask.length / this.env.numEnvs);
      const info = out.episodeInfo?.[i];
      episodes.push({
        envIndex: i,
        episodeReturn: this.#returns[i],
        episodeLength: this.#lengths[i],
        terminated: out.terminated[i] === 1,
        truncated: out.truncated[i] === 1,
        ...(out.success && { success: out.success[i] === 1 }),
        ...(info && { info }),
      });
      this.#returns[i] = 0;
      this.#lengths[i] = 0;
    }
    this.#done += this.env.numEnvs;
    const { reward, terminated, truncated } = out;
    return { reward, terminated, truncated, nextObs, episodes, ...(nextActionMask && { nextActionMask }) };
  }

  /** Steps of the episode in progress in a copy. */
  lengthOf(envIndex: number): number {
    return this.#lengths[envIndex];
  }

  /** The episode in progress in a copy as if it were cut off here: its goal, where there is one, not reached. */
  unfinished(envIndex: number): EpisodeEnd {
    return {
      envIndex,
      episodeReturn: this.#returns[envIndex],
      episodeLength: this.#lengths[envIndex],
      terminated: false,
      truncated: true,
      ...(this.#now.success && { success: false }),
    };
  }

  /** Environment steps over all copies that lie behind the run; so that errors can name the step. */
  countFrom(step: number): void {
    this.#done = step;
  }

  /** Nothing that is no number is stored or learned from. Costs one addition for each number of the step. */
  #checkObservations({ obs }: VectorStep, when?: string): void {
    if (!this.#isFloat || areFinite(obs as Float32Array, 0, obs.length)) return;
    const copy = Math.floor(obs.findIndex(value => !Number.isFinite(value)) / this.#width);
    throw badObservation(this.#place(copy, when), obs);
  }

  #checkLast({ finalObs }: VectorStep, copy: number): void {
    if (!this.#isFloat) return;
    if (!areFinite(finalObs as Float32Array, copy * this.#width, (copy + 1) * this.#width))
      throw badObservation(this.#place(copy), finalObs);
  }

  /** Every observation that is acted on has a legal action, and so has the last one of an episode that was cut off. */
  #checkMasks({ actionMask, finalActionMask, terminated, truncated }: VectorStep, when?: string): void {
    if (!actionMask) return;
    const numActions = actionMask.length / this.env.numEnvs;
    for (let i = 0; i < this.env.numEnvs; i++) {
      if (countLegal(actionMask, i, numActions) < 1) this.#refuseMask(actionMask, i, when);
      if (when !== undefined || !finalActionMask || !(terminated[i] || truncated[i])) continue;
      const legal = countLegal(finalActionMask, i, numActions);
      if (legal > 0) continue;
      if (legal < 0 || !terminated[i]) this.#refuseMask(finalActionMask, i);
      // Nothing follows, so no action is better than another: what is stored has a legal one all the same.
      finalActionMask.fill(1, i * numActions, (i + 1) * numActions);
    }
  }

  #refuseMask(mask: Uint8Array, copy: number, when?: string): never {
    const place = this.#place(copy, when);
    refuseMaskRow(`${place.spec.id}, copy ${copy}, ${place.when}`, mask, copy, mask.length / this.env.numEnvs);
  }

  #place(copy: number, when?: string): BadNumber {
    const step = `at step ${this.#lengths[copy] + 1} of its episode, after ${this.#done} steps of all copies`;
    return { spec: this.env.spec, copy, when: when ?? step };
  }

  #clip(actions: NumericArray): NumericArray {
    if (!this.#bounds) return actions;
    const { low, high, clipped } = this.#bounds;
    if (actions.length !== clipped.length) return actions;
    for (let i = 0; i < actions.length; i++) clipped[i] = Math.min(Math.max(actions[i], low[i]), high[i]);
    return clipped;
  }

  /** Episodes in progress; `env` is null, and nothing else there, where the environment cannot save its state. */
  state(): AgentState {
    if (this.env.isResumable === false) return { env: null };
    const { obs, actionMask } = this.#now;
    return {
      env: this.env.state(),
      obs: obs.slice(),
      ...(actionMask && { actionMask: actionMask.slice() }),
      returns: this.#returns.slice(),
      lengths: this.#lengths.slice(),
    };
  }

  /**
   * Goes on with the episodes of a state, or begins new ones where it holds none or the environment cannot take them back.
   * @param seed of new episodes, as `reset` takes it
   * @returns whether the episodes go on
   */
  restore(state: AgentState, seed?: number | readonly number[]): boolean {
    if (state.env === null || this.env.isResumable === false) {
      this.reset(seed);
      return false;
    }
    try {
      this.env.restore(state.env as EnvState);
    } catch (error) {
      // An environment that plays its episodes again may find only now that they are not the same.
      if (this.env.isResumable ?? true) throw error;
      this.reset(seed);
      return false;
    }
    takeArray('obs', this.#now.obs, state.obs);
    if (this.#now.actionMask) takeArray('actionMask', this.#now.actionMask, state.actionMask);
    takeArray('returns', this.#returns, state.returns);
    takeArray('lengths', this.#lengths, state.lengths);
    return true;
  }
}

const NONE: EpisodeEnd[] = [];

function copyRow(from: NumericArray, to: NumericArray, row: number, width: number): void {
  to.set(from.subarray(row * width, (row + 1) * width), row * width);
}
