import { isDeepStrictEqual } from 'node:util';
import {
  createRows,
  type EnvSpec,
  type EnvState,
  type Frame,
  flatten,
  type GoalOutcomes,
  InputError,
  message,
  type NumericArray,
  type ResetOptions,
  type ResetResult,
  Rng,
  type Space,
  type SpaceValue,
  type StateValue,
  type StepResult,
  unflatten,
} from '@zpin/contracts';
import type { AnyEnv } from '@zpin/envs';
import type { PythonCopies } from './python-copies.ts';

/** What a generator is asked for one seed: as many as it can choose from. */
const SEEDS = 2 ** 53 - 1;

/** One copy of a Gymnasium environment, in a Python process that it may share with others. */
export class PythonEnv implements AnyEnv {
  readonly spec: EnvSpec;
  readonly render?: () => Frame;
  readonly #copies: PythonCopies;
  readonly #index: number;
  readonly #action: NumericArray;
  #phase: 'new' | 'running' | 'ended' | 'closed' = 'new';

  constructor(copies: PythonCopies, index: number) {
    this.#copies = copies;
    this.#index = index;
    this.spec = copies.spec;
    this.#action = createRows(this.spec.actionSpace, 1);
    if (copies.hasPictures) this.render = () => copies.render(index);
    copies.use();
  }

  get isResumable(): boolean {
    return this.#copies.isResumable;
  }

  reset({ seed, options }: ResetOptions = {}): ResetResult<SpaceValue> {
    this.#refuseClosed('reset');
    const given = seed ?? (this.#phase === 'new' ? 0 : undefined);
    const seeds = given === undefined ? null : [given instanceof Rng ? seedFrom(given) : given];
    const [info] = this.#copies.reset(this.#index, 1, seeds, options, true);
    this.#phase = 'running';
    return { obs: this.#observation(), info };
  }

  step(action: SpaceValue): StepResult<SpaceValue> {
    if (this.#phase !== 'running') this.#refuseStep();
    const info = this.#copies.stepOne(this.#index, flatten(this.spec.actionSpace, action, this.#action));
    const { reward, terminated, truncated } = this.#copies.rows(1);
    const ends = { terminated: terminated[0] === 1, truncated: truncated[0] === 1 };
    if (ends.terminated || ends.truncated) this.#phase = 'ended';
    return { obs: this.#observation(), reward: reward[0], ...ends, info };
  }

  state(): EnvState {
    this.#refuseClosed('state');
    return { ...this.#copies.state(this.#index), phase: this.#phase };
  }

  restore({ phase, ...state }: EnvState): void {
    this.#refuseClosed('restore');
    this.#copies.restore(this.#index, state as Readonly<Record<string, StateValue>>);
    this.#phase = phase === 'running' || phase === 'ended' ? phase : 'new';
  }

  close(): void {
    if (this.#phase !== 'closed') this.#copies.close();
    this.#phase = 'closed';
  }

  #observation(): SpaceValue {
    return unflatten<Space>(this.spec.observationSpace, this.#copies.rows(1).obs);
  }

  #refuseClosed(method: string): void {
    if (this.#phase !== 'closed') return;
    throw new InputError(message(`${this.spec.id}.${method}`, 'the environment must be open', 'closed', 'Make a new one'));
  }

  #refuseStep(): never {
    this.#refuseClosed('step');
    const actual = this.#phase === 'new' ? 'no reset yet' : 'an episode that ended';
    throw new InputError(message(`${this.spec.id}.step`, 'an episode must be in progress', actual, 'Call reset first'));
  }
}

/** The seed of a generator that nothing was drawn from yet, else a seed that is drawn from it: Python has generators of its own. */
function seedFrom(rng: Rng): number {
  const { entropy } = rng.state();
  const seed = entropy.reduceRight((sum, word) => sum * 2 ** 32 + word, 0);
  const isFresh = Number.isSafeInteger(seed) && isDeepStrictEqual(new Rng(seed).state(), rng.state());
  const drawn = rng.integers(0, SEEDS);
  return isFresh ? seed : drawn;
}

/** One copy of an environment with goals, whose rewards Python computes anew for others. */
export class PythonGoalEnv extends PythonEnv implements GoalOutcomes {
  readonly computeReward: GoalOutcomes['computeReward'];
  readonly computeTerminated?: NonNullable<GoalOutcomes['computeTerminated']>;

  constructor(copies: PythonCopies, index: number, { computeReward, computeTerminated }: GoalOutcomes) {
    super(copies, index);
    this.computeReward = computeReward;
    if (computeTerminated) this.computeTerminated = computeTerminated;
  }
}
