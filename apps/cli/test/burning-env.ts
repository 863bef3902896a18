/** Registers CartPole with an end of its own: each copy throws at its 300th step. */
import { CartPole, cartPoleV1, registerEnv } from '@zpin/envs';

const spec = { ...cartPoleV1, id: 'BurningPole-v0' };

class BurningPole extends CartPole {
  #steps = 0;

  protected override advance(...args: Parameters<CartPole['advance']>): void {
    super.advance(...args);
    if (++this.#steps === 300) throw new Error('the pole is on fire');
  }
}

registerEnv({ spec, summary: 'Burns.', module: import.meta.url, create: wanted => new BurningPole(wanted) });
