import type { Agent } from '@zpin/contracts';
import { Collector } from '@zpin/core';
import { type AnyEnv, SyncVectorEnv } from '@zpin/envs';
import type { Picture } from './experiment-messages.ts';
import { toRgba } from './to-rgba.ts';

/** No more than this many steps are played at once, after a pause for instance. */
const MAX_STEPS = 10;

/** The greedy policy of this moment in a game of its own, at the pace of the game. */
export class Demo {
  readonly #agent: Agent;
  readonly #env: AnyEnv;
  readonly #collector: Collector;
  readonly #stepsPerSecond: number;
  #owed = 1;

  /** @param env one that nothing else plays in @param seed of its episodes */
  constructor(agent: Agent, env: AnyEnv, seed: number, stepsPerSecond: number) {
    this.#agent = agent;
    this.#env = env;
    this.#stepsPerSecond = stepsPerSecond;
    this.#collector = new Collector(new SyncVectorEnv(() => env, 1));
    this.#collector.reset(seed);
  }

  /** Plays what is due after so many seconds. @returns what it looks like then; null when no step was due */
  async play(seconds: number): Promise<Picture | null> {
    this.#owed = Math.min(this.#owed + seconds * this.#stepsPerSecond, MAX_STEPS);
    if (this.#owed < 1) return null;
    for (; this.#owed >= 1; this.#owed--) {
      const { obs, actionMask, start } = this.#collector;
      this.#collector.step(await this.#agent.act(obs, 'exploit', actionMask, start));
    }
    return this.picture();
  }

  /** What it looks like now. @throws Error when the environment has no picture */
  picture(): Picture {
    const frame = this.#env.render?.();
    if (!frame) throw new Error(`Demo: ${this.#env.spec.id} must have a picture, got none.`);
    return toRgba(frame);
  }
}
