import { RewardWrapper } from './reward-wrapper.ts';

/** Pays only the sign of each reward: −1, 0 or 1 (Mnih et al. 2015). */
export class ClipReward<Obs, Act> extends RewardWrapper<Obs, Act> {
  protected override reward(reward: number): number {
    return Math.sign(reward);
  }
}
