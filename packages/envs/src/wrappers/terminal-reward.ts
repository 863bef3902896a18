import type { Env, StepResult } from '@zpin/contracts';
import { requireFinite } from './require-finite.ts';
import { RewardWrapper } from './reward-wrapper.ts';

/**
 * Pays another reward for the step that ends the task: −20 for the fall of the pole, +10 for reaching the flag. Where an episode is
 * cut off by a limit, nothing has ended, and nothing else is paid.
 */
export class TerminalReward<Obs, Act> extends RewardWrapper<Obs, Act> {
  readonly #terminal: number;

  /** @throws InputError unless it is finite */
  constructor(env: Env<Obs, Act>, terminal: number) {
    super(env);
    this.#terminal = requireFinite('TerminalReward', 'terminal', terminal);
  }

  protected override reward(reward: number, { terminated }: StepResult<Obs>): number {
    return terminated ? this.#terminal : reward;
  }
}
