import { type Env, EnvError, message, type StepResult } from '@zpin/contracts';
import { RewardWrapper } from './reward-wrapper.ts';

/** What is paid for a step, from all that it brought and the action that brought it. */
export type RewardFunction<Obs, Act> = (step: StepResult<Obs>, action: Act) => number;

/** Pays what a function says. It should depend on nothing but the step, so that runs can be repeated and resumed. */
export class TransformReward<Obs, Act> extends RewardWrapper<Obs, Act> {
  readonly #transform: RewardFunction<Obs, Act>;

  constructor(env: Env<Obs, Act>, transform: RewardFunction<Obs, Act>) {
    super(env);
    this.#transform = transform;
  }

  /** @throws EnvError when the function gives no number */
  protected override reward(_: number, step: StepResult<Obs>, action: Act): number {
    const paid = this.#transform(step, action);
    if (typeof paid === 'number' && !Number.isNaN(paid)) return paid;
    throw new EnvError(message(`${this.spec.id}: TransformReward`, 'the function must return a number', paid, 'Return a reward'));
  }
}
