import {
  copySeeds,
  createRows,
  type EnvSource,
  type EnvSpec,
  type EnvState,
  type Frame,
  flatSize,
  type GoalOutcomes,
  InputError,
  message,
  type NumericArray,
  SpaceError,
  type StateValue,
  type VectorEnv,
  type VectorStep,
} from '@zpin/contracts';
import type { PythonCopies } from './python-copies.ts';

/** N copies of a Gymnasium environment, stepped together in one Python process. Made by `makeGymnasiumVectorEnv`. */
export class PythonVectorEnv implements VectorEnv {
  readonly spec: EnvSpec;
  readonly numEnvs: number;
  readonly source?: EnvSource;
  readonly goals?: GoalOutcomes;
  readonly #copies: PythonCopies;
  readonly #obsSize: number;
  readonly #numActions: number;
  #seeded = false;
  #isClosed = false;

  constructor(copies: PythonCopies, source?: EnvSource) {
    this.#copies = copies;
    this.spec = copies.spec;
    this.numEnvs = copies.numEnvs;
    this.#numActions = copies.numActions;
    if (source) this.source = source;
    if (copies.goals) this.goals = copies.goals;
    this.#obsSize = flatSize(this.spec.observationSpace);
    copies.use();
  }

  get isResumable(): boolean {
    return this.#copies.isResumable;
  }

  createStep(): VectorStep {
    const { numEnvs, spec } = this;
    const masks = numEnvs * this.#numActions;
    return {
      obs: createRows(spec.observationSpace, numEnvs),
      reward: new Float32Array(numEnvs),
      terminated: new Uint8Array(numEnvs),
      truncated: new Uint8Array(numEnvs),
      finalObs: createRows(spec.observationSpace, numEnvs),
      ...(this.goals && { success: new Uint8Array(numEnvs) }),
      ...(masks > 0 && { actionMask: new Uint8Array(masks), finalActionMask: new Uint8Array(masks) }),
    };
  }

  reset(out: VectorStep, seed?: number | readonly number[]): void {
    const { id } = this.spec;
    const { numEnvs } = this;
    if (typeof seed === 'object' && seed.length !== numEnvs) {
      const expectation = `there must be ${numEnvs} seeds`;
      throw new InputError(message(`${id}.reset`, expectation, seed.length, 'Pass one per copy, or one number'));
    }
    const size = numEnvs * this.#obsSize;
    if (out.obs.length !== size || out.finalObs.length !== size || out.reward.length !== numEnvs)
      throw new SpaceError(message(`${id}.reset`, `out.obs must hold ${size} numbers`, out.obs, 'Use createStep()'));
    // Copies that were never seeded must not all play the same episode.
    const from = seed ?? (this.#seeded ? undefined : 0);
    const seeds = typeof from === 'number' ? copySeeds(from, numEnvs) : from;
    this.#copies.reset(0, numEnvs, seeds ?? null, null, false);
    this.#seeded = true;
    const { obs, mask } = this.#copies.rows(numEnvs);
    out.obs.set(obs);
    if (this.#numActions > 0) out.actionMask?.set(mask);
  }

  step(actions: NumericArray, out: VectorStep): void {
    const { numEnvs } = this;
    const { actionSize } = this.#copies;
    if (actions.length !== numEnvs * actionSize) {
      const shape = actionSize === 1 ? `[${numEnvs}]` : `[${numEnvs}, ${actionSize}]`;
      const expectation = `actions must be of shape ${shape}`;
      throw new SpaceError(message(`${this.spec.id}.step`, expectation, actions, 'Pass one row per copy'));
    }
    this.#copies.stepAll(actions);
    const rows = this.#copies.rows(numEnvs);
    out.obs.set(rows.obs);
    out.reward.set(rows.reward);
    out.rawReward?.set(rows.reward);
    out.terminated.set(rows.terminated);
    out.truncated.set(rows.truncated);
    const size = this.#obsSize;
    for (let i = 0, ended = 0; i < numEnvs; i++) {
      if (rows.terminated[i] === 0 && rows.truncated[i] === 0) continue;
      for (let k = 0; k < size; k++) out.finalObs[i * size + k] = rows.finals[ended * size + k];
      if (out.success) out.success[i] = rows.success[i];
      ended++;
    }
    if (this.#numActions === 0) return;
    out.actionMask?.set(rows.mask);
    out.finalActionMask?.set(rows.finalMask);
  }

  render(index = 0): Frame {
    if (Number.isInteger(index) && index >= 0 && index < this.numEnvs) return this.#copies.render(index);
    const expectation = `the copy must be one of ${this.numEnvs}`;
    throw new InputError(message(`${this.spec.id}.render`, expectation, index, 'Pass its index'));
  }

  state(): EnvState {
    if (!this.isResumable) {
      const expectation = 'the environment must be able to go on from a state';
      const remedy = 'Resumed runs begin new episodes. In Python, write zpin_state() and zpin_restore(state) to change that';
      throw new InputError(message(`${this.spec.id}.state`, expectation, 'none', remedy));
    }
    return { seeded: this.#seeded, envs: Array.from({ length: this.numEnvs }, (_, i) => this.#copies.state(i)) };
  }

  restore({ envs, seeded }: EnvState): void {
    const states = envs as readonly Readonly<Record<string, StateValue>>[] | undefined;
    if (states?.length !== this.numEnvs) {
      const expectation = `the state must be of ${this.numEnvs} copies`;
      throw new InputError(message(`${this.spec.id}.restore`, expectation, states?.length, 'Use as many copies as then'));
    }
    states.forEach((state, i) => {
      this.#copies.restore(i, state);
    });
    this.#seeded = seeded as boolean;
  }

  close(): void {
    if (!this.#isClosed) this.#copies.close();
    this.#isClosed = true;
  }
}
