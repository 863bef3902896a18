import { TwoLinkArm, twoLinkArmHardV0 } from '@zpin/envs';
import type { Target } from './experiment-messages.ts';

/** Width and height of the field. */
const FIELD = 400;
// Places in its state.
const [TARGET_X, TARGET_Y, HELD] = [2, 3, 4];

/** An arm that follows a target without end: no grip ends its episode, and no limit of steps. */
export class FollowingArm extends TwoLinkArm {
  #target: Target | null = null;

  constructor() {
    super({ ...twoLinkArmHardV0, maxEpisodeSteps: null }, { mode: 'hard' });
  }

  /** Moves the target, to where the arm can reach at most. */
  point(target: Target): void {
    this.#target = target;
  }

  protected override advance(...step: Parameters<TwoLinkArm['advance']>): void {
    const { world } = this;
    if (this.#target) {
      world[TARGET_X] = FIELD * this.#target.x;
      world[TARGET_Y] = FIELD * (1 - this.#target.y);
    }
    // Only whether it is held is seen, not for how long.
    world[HELD] = Math.min(world[HELD] ?? 0, 1);
    super.advance(...step);
  }
}
