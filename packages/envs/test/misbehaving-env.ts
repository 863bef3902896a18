/** Registers an environment that misbehaves when its seed says so, and another that is no `ArrayEnv`. */
import type { Env } from '@zpin/contracts';
import { ArrayEnv } from '../src/base/array-env.ts';
import { cartPoleV1 } from '../src/classic/cart-pole.ts';
import { registerEnv } from '../src/registry.ts';

/** What the environment does at its third step, by the seed of its episode. */
export const MISDEEDS = { throws: 1001, exits: 1002, hangs: 1003 };

const spec = { ...cartPoleV1, id: 'Misbehaving-v0', maxEpisodeSteps: null };

class Misbehaving extends ArrayEnv<Float32Array, number> {
  protected readonly world = new Float64Array(2);
  #seed = 0;

  constructor() {
    super(spec);
  }

  override resetRow(...[out, row, seed]: Parameters<ArrayEnv<Float32Array, number>['resetRow']>): void {
    if (typeof seed === 'number') this.#seed = seed;
    super.resetRow(out, row, seed);
  }

  protected start(): void {
    this.world.fill(0);
  }

  protected advance(): void {
    this.world[0]++;
    this.reward = 1;
    this.terminated = false;
    if (this.world[0] < 3) return;
    if (this.#seed === MISDEEDS.throws) throw new RangeError('the pole is on fire');
    if (this.#seed === MISDEEDS.exits) process.exit(3);
    while (this.#seed === MISDEEDS.hangs);
  }

  protected observe(out: Float32Array, offset: number): void {
    for (let k = 0; k < 4; k++) out[offset + k] = this.world[0];
  }
}

registerEnv({ spec, summary: 'Throws, exits or hangs.', module: import.meta.url, create: () => new Misbehaving() });

const plainSpec = { ...spec, id: 'PlainMisbehaving-v0' };

registerEnv({
  spec: plainSpec,
  summary: 'Throws at its third step, and is no ArrayEnv.',
  module: import.meta.url,
  create: (): Env<Float32Array, number> => {
    const obs = new Float32Array(4);
    let seed: unknown = 0;
    return {
      spec: plainSpec,
      reset: options => {
        obs.fill(0);
        seed = options?.seed;
        return { obs, info: {} };
      },
      step: () => {
        if (++obs[0] >= 3 && seed === MISDEEDS.throws) throw new RangeError('the pole is on fire');
        return { obs, reward: 1, terminated: false, truncated: false, info: {} };
      },
    };
  },
});
