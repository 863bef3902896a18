import {
  createRows,
  discrete,
  type Env,
  type EnvInfo,
  type EnvSpec,
  type EnvState,
  flatten,
  InputError,
  isResumable,
  message,
  type NumericArray,
  type ResetOptions,
  type ResetResult,
  type RewardTally,
  SpaceError,
  type SpaceValue,
  type StateValue,
  type StepResult,
  unflatten,
} from '@zpin/contracts';
import { SmdpSteps } from './smdp-steps.ts';

/** What an upper level can choose: a way to act, and when it is over. */
export interface Skill<Obs, Act> {
  readonly name: string;
  act(obs: Obs): Act;
  /** Asked after each primitive step. */
  isDone(obs: Obs): boolean;
}

/**
 * An environment as an upper level sees it: actions are skills, and one step lasts k primitive steps, until its skill is done or
 * the episode ends.
 *
 * The reward is r₁ + γ r₂ + … + γᵏ⁻¹ rₖ. `info.steps` is k, and `info.discount` what the value of the next observation counts:
 * γᵏ, or 0 after a termination.
 */
export class SmdpEnv<Obs, Act> implements Env<Obs, number> {
  readonly spec: EnvSpec;
  /** Of primitive steps, without discount. */
  readonly rewardTally?: RewardTally;
  readonly #env: Env<Obs, Act>;
  readonly #skills: readonly Skill<Obs, Act>[];
  readonly #step: SmdpSteps;
  /** `[D]`: the last observation. */
  readonly #row: NumericArray;

  /** @throws InputError when there are no skills */
  constructor(env: Env<Obs, Act>, skills: readonly Skill<Obs, Act>[], gamma: number) {
    if (skills.length === 0) throw new InputError(message('SmdpEnv', 'there must be skills', 0, 'Pass one or more'));
    // A limit in primitive steps says nothing about the number of skills, and every skill can be chosen: masks are theirs to obey.
    const { hasActionMask: _, ...spec } = env.spec;
    this.spec = { ...spec, actionSpace: discrete(skills.length), maxEpisodeSteps: null };
    if (env.rewardTally) this.rewardTally = env.rewardTally;
    this.#env = env;
    this.#skills = skills;
    this.#step = new SmdpSteps({ observationSpace: env.spec.observationSpace, numEnvs: 1, gamma });
    this.#row = createRows(env.spec.observationSpace, 1);
  }

  reset(options?: ResetOptions): ResetResult<Obs> {
    const { obs, info } = this.#env.reset(options);
    this.#see(obs);
    return { obs, info: unmasked(info) };
  }

  step(action: number): StepResult<Obs> {
    const skill = this.#skills[action];
    if (!skill) {
      const expectation = `the action must be one of ${this.#skills.length} skills`;
      throw new SpaceError(message(`${this.spec.id}.step`, expectation, action, 'Check the policy'));
    }
    this.#step.begin(0, this.#row, action);
    let result: StepResult<Obs>;
    let obs = this.#seen();
    do {
      result = this.#env.step(skill.act(obs));
      obs = result.obs;
      this.#step.add(0, result.reward);
    } while (!result.terminated && !result.truncated && !skill.isDone(obs));
    this.#see(obs);
    const info = { ...unmasked(result.info), steps: this.#step.length[0], discount: this.#step.discount(0, result.terminated) };
    return { ...result, reward: this.#step.reward(0), info };
  }

  get isResumable(): boolean {
    return isResumable(this.#env);
  }

  state(): EnvState {
    if (this.#env.state) return { inner: this.#env.state(), obs: this.#row.slice() };
    throw new InputError(message(`${this.spec.id}.state`, 'the environment within must have state()', 'none', 'Write it'));
  }

  restore(state: EnvState): void {
    if (!this.#env.restore) {
      throw new InputError(message(`${this.spec.id}.restore`, 'the environment within must have restore()', 'none', 'Write it'));
    }
    this.#env.restore(state.inner as { readonly [key: string]: StateValue });
    this.#row.set(state.obs as NumericArray);
  }

  close(): void {
    this.#env.close?.();
  }

  #see(obs: Obs): void {
    flatten(this.spec.observationSpace, obs as SpaceValue, this.#row);
  }

  #seen(): Obs {
    return unflatten(this.spec.observationSpace, this.#row) as Obs;
  }
}

/** Diagnostics without the mask of primitive actions. */
function unmasked({ actionMask: _, ...info }: EnvInfo): EnvInfo {
  return info;
}
