import { type AgentState, createRows, flatSize, type NumericArray, type Space } from '@zpin/contracts';

export interface SmdpStepsOptions {
  readonly observationSpace: Space;
  readonly numEnvs: number;
  /** γ in [0, 1]: the discount per primitive step. */
  readonly gamma: number;
  /**
   * Whether rewards within a step are discounted, and what follows counts γᵏ; else rewards are summed, and it counts γ. True when
   * omitted.
   */
  readonly isDiscounted?: boolean;
}

/**
 * The steps that an upper level has in progress in N environments, each of k primitive steps so far: where it began, what was
 * chosen, and what it has paid. A semi-Markov decision process (Sutton, Precup and Singh 1999).
 */
export class SmdpSteps {
  /** `[N, D]`: where each step began. */
  readonly obs: NumericArray;
  /** `[N]`: what was chosen there. */
  readonly action: Int32Array;
  /** `[N]`: k, 0 where no step is in progress. */
  readonly length: Int32Array;
  readonly #reward: Float64Array;
  readonly #gamma: number;
  readonly #isDiscounted: boolean;
  readonly #width: number;

  constructor({ observationSpace, numEnvs, gamma, isDiscounted = true }: SmdpStepsOptions) {
    this.obs = createRows(observationSpace, numEnvs);
    this.action = new Int32Array(numEnvs);
    this.length = new Int32Array(numEnvs);
    this.#reward = new Float64Array(numEnvs);
    this.#gamma = gamma;
    this.#isDiscounted = isDiscounted;
    this.#width = flatSize(observationSpace);
  }

  /** Begins a step in environment `i`, at row `i` of `obs` `[N, D]`. */
  begin(i: number, obs: NumericArray, action: number): void {
    for (let k = i * this.#width; k < (i + 1) * this.#width; k++) this.obs[k] = obs[k];
    this.action[i] = action;
    this.length[i] = 0;
    this.#reward[i] = 0;
  }

  /** Adds the reward of one primitive step. */
  add(i: number, reward: number): void {
    this.#reward[i] += (this.#isDiscounted ? this.#gamma ** this.length[i] : 1) * reward;
    this.length[i]++;
  }

  /** r₁ + γ r₂ + … + γᵏ⁻¹ rₖ, or the plain sum. */
  reward(i: number): number {
    return this.#reward[i];
  }

  /** Weight of the value of what follows: γᵏ, or γ; 0 after a termination. */
  discount(i: number, terminated: boolean): number {
    if (terminated) return 0;
    return this.#isDiscounted ? this.#gamma ** this.length[i] : this.#gamma;
  }

  /** Ends the step of environment `i`. */
  end(i: number): void {
    this.length[i] = 0;
  }

  state(): AgentState {
    return {
      obs: this.obs.slice(),
      action: this.action.slice(),
      length: this.length.slice(),
      reward: this.#reward.slice(),
    };
  }

  restore(state: AgentState): void {
    this.obs.set(state.obs as NumericArray);
    this.action.set(state.action as Int32Array);
    this.length.set(state.length as Int32Array);
    this.#reward.set(state.reward as Float64Array);
  }
}
