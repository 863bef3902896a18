/** Registers an environment that does what it is told at step 40: throw, end its thread, or hang. */
import { box, discrete, field } from '@zpin/contracts';
import { ArrayEnv, registerEnv } from '@zpin/envs';

const spec = {
  id: 'Misbehaving-v0',
  observationSpace: box({ low: 0, high: 1, shape: [1] }),
  actionSpace: discrete(2),
  maxEpisodeSteps: 10,
  rewardThreshold: null,
};

class Misbehaving extends ArrayEnv<Float32Array, number> {
  protected readonly world = new Int32Array(1);
  readonly #deed: unknown;

  constructor(deed: unknown) {
    super(spec);
    this.#deed = deed;
  }

  protected start(): void {}

  protected advance(): void {
    this.world[0]++;
    this.reward = 1;
    this.terminated = false;
    if (this.world[0] !== 40) return;
    if (this.#deed === 'throw') throw new RangeError('the motor is on fire');
    if (this.#deed === 'exit') process.exit(3);
    while (this.#deed === 'hang');
  }

  protected observe(out: Float32Array, offset: number): void {
    out[offset] = (this.world[0] % 10) / 10;
  }
}

registerEnv({
  spec,
  summary: 'Throws, ends its thread, or hangs.',
  options: { deed: field.choice(['throw', 'exit', 'hang', 'none'], { default: 'none', meaning: 'what it does' }) },
  module: import.meta.url,
  create: (_spec, { deed }) => new Misbehaving(deed),
});
