import type { AgentState } from '../spec/agent.ts';
import type { EnvState, NumericArray, VectorEnv, VectorStep } from '../spec/env.ts';

/** An episode that ended in the last step. */
export interface EpisodeEnd {
  readonly envIndex: number;
  readonly episodeReturn: number;
  /** Environment steps. */
  readonly episodeLength: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
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
  /** `[N, A]`: legal actions in the observation that follows, when the environment masks actions. */
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
  readonly #width: number;
  readonly #returns: Float64Array;
  readonly #lengths: Float64Array;

  constructor(env: VectorEnv) {
    this.env = env;
    this.#now = env.createStep();
    this.#next = env.createStep();
    this.#successor = this.#now.obs.slice();
    this.#width = this.#successor.length / env.numEnvs;
    this.#returns = new Float64Array(env.numEnvs);
    this.#lengths = new Float64Array(env.numEnvs);
  }

  /** `[N, D]`: what to act on. */
  get obs(): NumericArray {
    return this.#now.obs;
  }

  /** `[N, A]`, when the environment masks actions. */
  get actionMask(): Uint8Array | undefined {
    return this.#now.actionMask;
  }

  reset(seed?: number): void {
    this.env.reset(this.#now, seed);
    this.#returns.fill(0);
    this.#lengths.fill(0);
  }

  /** Plays one action in each environment. @param actions `[N]` or `[N, K]` */
  step(actions: NumericArray): Collected {
    const out = this.#next;
    this.env.step(actions, out);
    [this.#now, this.#next] = [this.#next, this.#now];
    let episodes: EpisodeEnd[] = NONE;
    let nextObs = out.obs;
    for (let i = 0; i < this.env.numEnvs; i++) {
      this.#returns[i] += out.reward[i];
      this.#lengths[i] += 1;
      if (!out.terminated[i] && !out.truncated[i]) continue;
      if (episodes === NONE) {
        episodes = [];
        nextObs = this.#successor;
        nextObs.set(out.obs);
      }
      nextObs.set(out.finalObs.subarray(i * this.#width, (i + 1) * this.#width), i * this.#width);
      episodes.push({
        envIndex: i,
        episodeReturn: this.#returns[i],
        episodeLength: this.#lengths[i],
        terminated: out.terminated[i] === 1,
        truncated: out.truncated[i] === 1,
      });
      this.#returns[i] = 0;
      this.#lengths[i] = 0;
    }
    const { reward, terminated, truncated, actionMask } = out;
    return { reward, terminated, truncated, nextObs, episodes, ...(actionMask && { nextActionMask: actionMask }) };
  }

  state(): AgentState {
    const { obs, actionMask } = this.#now;
    return {
      env: this.env.state(),
      obs: obs.slice(),
      ...(actionMask && { actionMask: actionMask.slice() }),
      returns: this.#returns.slice(),
      lengths: this.#lengths.slice(),
    };
  }

  restore(state: AgentState): void {
    this.env.restore(state.env as EnvState);
    this.#now.obs.set(state.obs as NumericArray);
    this.#now.actionMask?.set(state.actionMask as Uint8Array);
    this.#returns.set(state.returns as Float64Array);
    this.#lengths.set(state.lengths as Float64Array);
  }
}

const NONE: EpisodeEnd[] = [];
