import {
  contains,
  discrete,
  type EnvState,
  type NumericArray,
  type VectorEnv,
  type VectorStep,
} from '../../packages/contracts/src/index.ts';
import { SyncVectorEnv, VectorWrapper } from '../../packages/envs/src/index.ts';

/**
 * The environment with its `Discrete` actions called start … start + n − 1: what an agent learns in it must not depend on that.
 * Refuses every other action.
 */
export class ShiftedActions extends VectorWrapper {
  readonly #start: number;
  readonly #actions: Int32Array;

  constructor(env: VectorEnv, start: number) {
    const { actionSpace } = env.spec;
    if (actionSpace.type !== 'discrete') throw new Error('actions must be Discrete');
    super(env, { actionSpace: discrete(actionSpace.n, start) });
    this.#start = start;
    this.#actions = new Int32Array(env.numEnvs);
  }

  /** As that of a `SyncVectorEnv`. */
  slice(from: number, to: number): ShiftedActions {
    if (!(this.env instanceof SyncVectorEnv)) throw new Error('the environment must be divisible');
    return new ShiftedActions(this.env.slice(from, to), this.#start);
  }

  override step(actions: NumericArray, out: VectorStep): void {
    for (const [i, action] of actions.entries()) {
      if (!contains(this.spec.actionSpace, action)) throw new Error(`${action} is no action of ${this.spec.id}`);
      this.#actions[i] = action - this.#start;
    }
    super.step(this.#actions, out);
  }

  protected override save(): EnvState {
    return {};
  }

  protected override load(): void {}
}
