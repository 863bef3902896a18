import type { Env } from '@zpin/contracts';
import { requireFinite } from './require-finite.ts';
import { RewardWrapper } from './reward-wrapper.ts';

/** Pays `(reward + shift) · scale`: rewards of Pendulum, in [−16.3, 0], come to [−1, 1] by a shift of 8 and a scale of 1/8. */
export class ScaleReward<Obs, Act> extends RewardWrapper<Obs, Act> {
  readonly #scale: number;
  readonly #shift: number;

  /** @throws InputError unless both are finite */
  constructor(env: Env<Obs, Act>, scale: number, shift = 0) {
    super(env);
    this.#scale = requireFinite('ScaleReward', 'scale', scale);
    this.#shift = requireFinite('ScaleReward', 'shift', shift);
  }

  protected override reward(reward: number): number {
    return (reward + this.#shift) * this.#scale;
  }
}
