import { type Env, message, type NumericArray, SpaceError, type SpaceValue, type StepResult } from '@zpin/contracts';
import { CART_POLE_LIMITS } from '../classic/cart-pole.ts';
import { RewardWrapper } from './reward-wrapper.ts';

/** About the bottom of the valley of MountainCar, which is at −π/6. */
const VALLEY_X = -0.5;

/** Pays by the numbers that an environment of one kind shows, as it shows them. */
abstract class ObservedReward<Act> extends RewardWrapper<SpaceValue, Act> {
  /** @throws SpaceError unless it is one of the environments, with its own observations */
  constructor(env: Env<SpaceValue, Act>, where: string, ids: readonly string[]) {
    super(env);
    const { id, wrappers = [] } = env.spec;
    if (!ids.includes(id)) {
      const remedy = 'Shape rewards of other environments by TransformReward, scale-reward or terminal-reward';
      throw new SpaceError(message(where, `the environment must be ${ids.join(' or ')}`, id, remedy));
    }
    if (wrappers !== null && wrappers.length === 0) return;
    const remedy = `Put ${where} first`;
    throw new SpaceError(message(where, 'the wrapped environment must show its own observations', wrappers?.join(', '), remedy));
  }

  protected override reward(reward: number, { obs }: StepResult<SpaceValue>): number {
    return this.paid(obs as NumericArray, reward);
  }

  protected abstract paid(obs: NumericArray, reward: number): number;
}

/**
 * Pays for a cart in the middle and a pole that stands straight, instead of 1 for each step: each as the share of its limit that is
 * left, minus 0.8 for the place and 0.5 for the angle. In [−1.3, 0.7] while the pole stands.
 */
export class CartPoleReward<Act> extends ObservedReward<Act> {
  constructor(env: Env<SpaceValue, Act>) {
    super(env, 'cart-pole-reward', ['CartPole-v0', 'CartPole-v1']);
  }

  protected override paid(obs: NumericArray): number {
    const { x, angle } = CART_POLE_LIMITS;
    return (x - Math.abs(obs[0])) / x - 0.8 + ((angle - Math.abs(obs[2])) / angle - 0.5);
  }
}

/** Pays for height, instead of −1 for each step: how far the car is from x = −0.5, about the bottom of the valley; in [0, 1.1]. */
export class MountainCarReward<Act> extends ObservedReward<Act> {
  constructor(env: Env<SpaceValue, Act>) {
    super(env, 'mountain-car-reward', ['MountainCar-v0', 'MountainCarContinuous-v0']);
  }

  protected override paid(obs: NumericArray): number {
    return Math.abs(obs[0] - VALLEY_X);
  }
}
