import { LunarLander } from '@zpin/envs/box2d';
import type { Picture } from './experiment-messages.ts';
import type { PlainPolicy } from './plain-policy.ts';
import { toRgba } from './to-rgba.ts';

/** Steps for which a lander that has come down is still shown. */
const REST = 40;

/** Landings one after the other, by a policy that learns no more. */
export class LanderGame {
  readonly #env = new LunarLander();
  readonly #policy: PlainPolicy;
  #obs: Float32Array;
  #rest = 0;
  /** Of the episode in progress. */
  score = 0;

  /** @param seed of the episodes */
  constructor(policy: PlainPolicy, seed: number) {
    this.#policy = policy;
    this.#obs = this.#env.reset({ seed }).obs;
  }

  /** One fiftieth of a second. @returns whether an episode has just ended */
  step(): boolean {
    if (this.#rest > 0) {
      if (--this.#rest === 0) {
        this.#obs = this.#env.reset().obs;
        this.score = 0;
      }
      return false;
    }
    const { obs, reward, terminated, truncated } = this.#env.step(this.#policy.act(this.#obs));
    this.#obs = obs;
    this.score += reward;
    if (!terminated && !truncated) return false;
    this.#rest = REST;
    return true;
  }

  picture(): Picture {
    return toRgba(this.#env.render());
  }
}
